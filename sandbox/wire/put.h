/* Writing parts of a model, shared by the files of the encoder. */
#ifndef AL_SANDBOX_WIRE_PUT_H
#define AL_SANDBOX_WIRE_PUT_H

#include "base/buffer.h"
#include "validator/model.h"

void al_put_text(struct al_buffer *out, struct al_text text);
void al_put_shape(struct al_buffer *out, const struct al_shape *shape);
void al_put_value(struct al_buffer *out, const struct al_value *value);

#endif
