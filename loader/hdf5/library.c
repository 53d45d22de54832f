/* The second reader: libhdf5 walks a file that the strict reader has understood,
   and says what it sees. Only this room's library*.c and memory_driver.c call it. */
#include "loader/hdf5/library.h"

#include "loader/hdf5/memory_driver.h"

static hid_t access_list = -1;

bool al_h5_library_warm(void)
{
    if (access_list >= 0)
        return true;
    /* the cell ends with _exit, and two of HDF5's CVE files crash the library's exit handler */
    H5dont_atexit();
    unsigned no_plugins = 0;
    if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0 || H5PLset_loading_state(no_plugins) < 0)
        return false;
    access_list = al_h5_driver_register();
    return access_list >= 0;
}

static herr_t innermost_error(unsigned n, const H5E_error2_t *error, void *out)
{
    if (n == 0)
        *(H5E_error2_t *)out = *error;
    return 0;
}

bool al_h5_library_unreadable(struct al_h5_growth *g, uint32_t object, const char *what)
{
    struct al_h5_place place;
    const struct al_place *at = &place.steps[0];
    H5E_error2_t reason = {.desc = ""};
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost_error, &reason);
    if (reason.min_num == H5E_NOSPACE || reason.min_num == H5E_CANTALLOC) {
        g->findings->failed = true; /* the heap's end is no fault of the file's form */
        return false;
    }
    place.steps[0] = al_place_root(g->member);
    if (object != AL_NONE_INDEX)
        at = al_h5_place(&place, g->tree, object, g->member);
    return al_find(g->findings, AL_HDF5_UNREADABLE, at, NULL, al_text_of(reason.desc != NULL ? reason.desc : ""),
                   "libhdf5 cannot read %s.", what);
}

struct link_list {
    struct al_h5_growth *growth;
    uint32_t group;
    struct al_h5_link *links;
    size_t count, room;
    bool refused;
};

static bool link_is_hard(struct al_h5_growth *g, uint32_t group, struct al_text name, H5L_type_t type)
{
    struct al_h5_place place;
    const struct al_place *at = al_h5_place(&place, g->tree, group, g->member);
    if (type == H5L_TYPE_HARD)
        return true;
    if (type == H5L_TYPE_SOFT)
        return al_find(g->findings, AL_HDF5_SOFT_LINK, at, "hard links only", name, "A group holds a soft link.");
    if (type == H5L_TYPE_EXTERNAL)
        return al_find(g->findings, AL_HDF5_EXTERNAL_LINK, at, "hard links only", name,
                       "A group links into another file.");
    return al_find(g->findings, AL_HDF5_USER_LINK, at, "hard links only", name, "A group holds a link of a type that"
                   " only its author's program can follow.");
}

static herr_t gather_link(hid_t group, const char *name, const H5L_info_t *info, void *list_)
{
    (void)group;
    struct link_list *list = list_;
    struct al_h5_growth *g = list->growth;
    struct al_text text = al_text_of(name);
    struct al_h5_link *links = al_arena_grow(g->arena, list->links, list->count, &list->room, sizeof *links);
    const char *copy = al_arena_copy(g->arena, name, text.length);
    if (links == NULL || copy == NULL) {
        list->refused = !al_h5_out_of_memory(g);
        return -1;
    }
    list->links = links;
    if (!link_is_hard(g, list->group, text, info->type)) {
        list->refused = true;
        return -1;
    }
    links[list->count++] = (struct al_h5_link){{copy, text.length}, info->u.address};
    return 0;
}

static bool read_group(struct al_h5_growth *g, uint32_t object, hid_t id)
{
    struct link_list list = {.growth = g, .group = object};
    hsize_t at = 0;
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, &at, gather_link, &list) < 0) {
        if (list.refused)
            return false;
        return al_h5_library_unreadable(g, object, "the links of a group");
    }
    return al_h5_grow_children(g, object, list.links, list.count);
}

static bool read_object(struct al_h5_growth *g, uint32_t object, hid_t file)
{
    struct al_h5_place place;
    hid_t id = H5Oopen_by_addr(file, g->tree->objects[object].address);
    if (id < 0)
        return al_h5_library_unreadable(g, object, "an object's header");
    bool sound;
    H5I_type_t type = H5Iget_type(id);
    g->tree->objects[object].dataset = type == H5I_DATASET;
    if (type == H5I_DATASET)
        sound = al_h5_library_dataset(g, object, id);
    else if (type == H5I_GROUP)
        sound = read_group(g, object, id);
    else
        sound = al_find(g->findings, AL_HDF5_COMMITTED_TYPE, al_h5_place(&place, g->tree, object, g->member),
                        "groups and datasets", AL_NOTHING, "The file holds a named datatype.");
    sound = sound && al_h5_library_attributes(g, object, id);
    H5Oclose(id);
    return sound;
}

static bool read_file(struct al_h5_growth *g, hid_t file)
{
    H5O_info_t root;
    if (H5Oget_info2(file, &root, H5O_INFO_BASIC) < 0)
        return al_h5_library_unreadable(g, AL_NONE_INDEX, "the root group");
    if (!al_h5_grow_root(g, root.addr))
        return false;
    for (uint32_t object = 0; object < g->tree->object_count; object++)
        if (!read_object(g, object, file))
            return false;
    return true;
}

bool al_h5_read_library(struct al_h5_tree *out, const uint8_t *image, uint64_t size, const char *member,
                        struct al_arena *arena, struct al_findings *f)
{
    *out = (struct al_h5_tree){.image = image, .size = size};
    struct al_h5_growth growth = {.tree = out, .arena = arena, .findings = f, .member = member};
    if (!al_h5_library_warm())
        return al_h5_library_unreadable(&growth, AL_NONE_INDEX, "anything on this host");
    struct al_h5_image bytes = {image, size};
    hid_t file = al_h5_driver_open(access_list, &bytes);
    if (file < 0)
        return al_h5_library_unreadable(&growth, AL_NONE_INDEX, "the file");
    bool sound = read_file(&growth, file);
    H5Fclose(file);
    return sound;
}
