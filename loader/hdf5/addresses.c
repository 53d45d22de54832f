/* Which addresses have been seen: of objects, so that each is read once, and of
   heaps, so that each is taken apart once. */
#include "loader/hdf5/reader.h"

static size_t slot_of(const struct al_h5_addresses *map, uint64_t address)
{
    size_t slot = (size_t)((address * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (map->room - 1);
    while (map->slots[slot].address != 0 && map->slots[slot].address != address)
        slot = (slot + 1) & (map->room - 1);
    return slot;
}

static bool enlarge(struct al_h5_addresses *map, struct al_arena *arena)
{
    struct al_h5_addresses larger = {.room = map->room == 0 ? 64 : map->room * 2, .count = map->count};
    larger.slots = al_arena_alloc(arena, larger.room, sizeof *larger.slots);
    if (larger.slots == NULL)
        return false;
    for (size_t i = 0; i < map->room; i++)
        if (map->slots[i].address != 0)
            larger.slots[slot_of(&larger, map->slots[i].address)] = map->slots[i];
    *map = larger;
    return true;
}

enum al_h5_insertion al_h5_address_insert(struct al_h5_addresses *map, struct al_arena *arena, uint64_t address,
                                          uint32_t number)
{
    /* at most three quarters full, so that a search always ends */
    if (4 * (map->count + 1) > 3 * map->room && !enlarge(map, arena))
        return AL_H5_NO_MEMORY;
    size_t slot = slot_of(map, address);
    if (map->slots[slot].address == address)
        return AL_H5_ALREADY_THERE;
    map->slots[slot] = (struct al_h5_address_slot){address, number};
    map->count++;
    return AL_H5_INSERTED;
}

bool al_h5_address_find(const struct al_h5_addresses *map, uint64_t address, uint32_t *number)
{
    if (map->room == 0 || address == 0)
        return false;
    const struct al_h5_address_slot *slot = &map->slots[slot_of(map, address)];
    *number = slot->number;
    return slot->address == address;
}
