/* libhdf5's own in-memory driver probes the file system for the name it is given
   (openat, and getcwd for a relative name), which the cell's filter answers with
   death. This one knows a single absolute name and calls nothing. It can be
   opened only from the property list that carries an image, so an external link
   or a virtual dataset that names another file finds nothing. */
#include "loader/hdf5/memory_driver.h"

#include "base/checked.h"

#include <stdlib.h>
#include <string.h>

static const char IMAGE_NAME[] = "/airlock";
static hid_t driver = -1;

struct memory_file {
    H5FD_t common; /* libhdf5 keeps its own fields here; must be first */
    struct al_h5_image image;
    haddr_t end_of_allocation;
};

static H5FD_t *memory_open(const char *name, unsigned flags, hid_t access, haddr_t max_address)
{
    (void)max_address;
    const struct al_h5_image *image = H5Pget_driver_info(access);
    bool writing = (flags & (H5F_ACC_RDWR | H5F_ACC_TRUNC | H5F_ACC_CREAT)) != 0;
    if (image == NULL || strcmp(name, IMAGE_NAME) != 0 || writing)
        return NULL;
    struct memory_file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->image = *image;
    return &file->common;
}

static herr_t memory_close(H5FD_t *file)
{
    free(file);
    return 0;
}

static herr_t memory_query(const H5FD_t *file, unsigned long *flags)
{
    (void)file;
    *flags = H5FD_FEAT_DATA_SIEVE;
    return 0;
}

static haddr_t memory_get_end_of_allocation(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct memory_file *)file)->end_of_allocation;
}

static herr_t memory_set_end_of_allocation(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((struct memory_file *)file)->end_of_allocation = address;
    return 0;
}

static haddr_t memory_get_end_of_file(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const struct memory_file *)file)->image.size;
}

static herr_t memory_read(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size, void *buffer)
{
    (void)type;
    (void)transfer;
    const struct al_h5_image *image = &((const struct memory_file *)file)->image;
    if (!al_range_inside(address, size, image->size))
        return -1;
    memcpy(buffer, image->bytes + address, size);
    return 0;
}

static herr_t memory_write(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t address, size_t size,
                           const void *buffer)
{
    (void)file;
    (void)type;
    (void)transfer;
    (void)address;
    (void)size;
    (void)buffer;
    return -1;
}

static const H5FD_class_t class = {
    .name = "airlock",
    .maxaddr = (haddr_t)1 << 62,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct al_h5_image),
    .open = memory_open,
    .close = memory_close,
    .query = memory_query,
    .get_eoa = memory_get_end_of_allocation,
    .set_eoa = memory_set_end_of_allocation,
    .get_eof = memory_get_end_of_file,
    .read = memory_read,
    .write = memory_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

hid_t al_h5_driver_register(void)
{
    if (driver < 0)
        driver = H5FDregister(&class);
    return driver < 0 ? driver : H5Pcreate(H5P_FILE_ACCESS);
}

hid_t al_h5_driver_open(hid_t access, const struct al_h5_image *image)
{
    if (H5Pset_driver(access, driver, image) < 0)
        return -1;
    return H5Fopen(IMAGE_NAME, H5F_ACC_RDONLY, access);
}
