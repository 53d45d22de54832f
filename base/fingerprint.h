/* FarmHash's Fingerprint64 (google/farmhash, farmhashna), which TensorFlow sorts texts into
   buckets by: tf.strings.to_hash_bucket_fast, tf.sparse.cross_hashed. Not for secrets: whoever
   knows it finds texts that collide. */
#ifndef AL_BASE_FINGERPRINT_H
#define AL_BASE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

uint64_t al_fingerprint64(const char *bytes, size_t length);

/* TensorFlow's FingerprintCat64: of two, one after the other. */
uint64_t al_fingerprint_join(uint64_t a, uint64_t b);

#endif
