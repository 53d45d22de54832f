/* A virtual file driver for libhdf5 over bytes in memory, read-only. */
#ifndef AL_LOADER_HDF5_MEMORY_DRIVER_H
#define AL_LOADER_HDF5_MEMORY_DRIVER_H

#include <hdf5.h>
#include <stdint.h>

struct al_h5_image {
    const uint8_t *bytes; /* borrowed for as long as the file is open */
    uint64_t size;
};

/* Registers the driver and returns a file access property list that uses it, or
   a negative number. */
hid_t al_h5_driver_register(void);

/* Opens the image under the one name the driver knows. Negative where libhdf5 refuses it. */
hid_t al_h5_driver_open(hid_t access, const struct al_h5_image *image);

#endif
