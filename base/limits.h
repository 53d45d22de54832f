/* Hard ceilings. A policy may set lower limits, never higher ones: these are
   what the code is tested at. Grouped by who is bounded. */
#ifndef AL_BASE_LIMITS_H
#define AL_BASE_LIMITS_H

#include <stdint.h>

/* files and archives */
#define AL_MAX_FILE_BYTES (UINT64_C(1) << 40)
#define AL_MAX_INPUTS 1024U            /* files of one model: shards, assets */
#define AL_MAX_ZIP_MEMBERS 4096U
#define AL_MAX_INFLATE_RATIO 1032U     /* deflate's own limit (RFC 1951: 258 bytes per 2 bits) */

/* JSON */
#define AL_MAX_JSON_BYTES (UINT64_C(64) << 20)
#define AL_MAX_JSON_DEPTH 64U
#define AL_MAX_JSON_NODES 4000000U
#define AL_MAX_JSON_STRING (1U << 20)

/* HDF5 */
#define AL_MAX_HDF5_OBJECTS 1000000U
#define AL_MAX_HDF5_DEPTH 64U
#define AL_MAX_HDF5_ATTRIBUTE_BYTES (UINT64_C(128) << 20)

/* models */
#define AL_MAX_RANK 8U
#define AL_MAX_LAYERS 100000U
#define AL_MAX_LAYER_DEPTH 32U
#define AL_MAX_CALLS 200000U
#define AL_MAX_CALL_ITEMS 4096U        /* tensors and constants given to one call */
#define AL_MAX_TENSORS 1000000U
#define AL_MAX_NAME_BYTES 512U
#define AL_MAX_LIST 1000000U           /* numbers in one list of a configuration */
#define AL_MAX_DIMENSION (INT64_C(1) << 40)
#define AL_MAX_PARAMETERS (UINT64_C(1) << 38)
#define AL_MAX_ACTIVATION_BYTES (UINT64_C(1) << 40)

/* policies */
#define AL_MAX_POLICY_BYTES (4U << 20)
#define AL_MAX_CUSTOM 1024U            /* custom layers and functions together */
#define AL_MAX_CUSTOM_ITEMS 256U       /* keys, weights or dimensions of one declaration */
#define AL_MAX_EXPRESSION_NODES 4096U
#define AL_MAX_EXPRESSION_DEPTH 64U

/* the cell and the wire */
#define AL_MAX_SECONDS 3600U
#define AL_MAX_CELL_MEMORY (UINT64_C(64) << 30)
#define AL_MAX_FINDINGS 1000U
#define AL_MAX_FINDING_TEXT 2048U
#define AL_MAX_MODEL_FRAME (256U << 20)

#endif
