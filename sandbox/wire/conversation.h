/* The parent's ear: which message may come when, how long it may be, and where
   its bytes go. HELLO, FINDING*, then MODEL, DATA* and an accepting VERDICT, or a
   VERDICT that does not accept; then the end. Anything else breaks it for good. */
#ifndef AL_SANDBOX_WIRE_CONVERSATION_H
#define AL_SANDBOX_WIRE_CONVERSATION_H

#include "sandbox/wire/decode.h"
#include "sandbox/wire/wire.h"

enum al_turn { AL_TURN_HELLO, AL_TURN_FINDINGS, AL_TURN_DATA, AL_TURN_END };

struct al_conversation {
    const struct al_wire_context *context; /* borrowed */
    struct al_arena *arena;                /* borrowed; model, data and texts */
    struct al_findings *findings;          /* borrowed; takes the cell's findings */
    uint64_t output_left;                  /* bytes the cell may still say */
    enum al_turn turn;
    /* what has been said */
    int answers[AL_STEP_COUNT];            /* of HELLO: a claim of the cell's, not a fact */
    uint32_t finding_count;
    struct al_model *model;
    uint32_t tensor;                       /* the next that is to come by value */
    enum al_cell_verdict verdict;          /* when turn is END */
    /* why it ended early */
    const char *broken;                    /* the rule that was broken */
    bool no_memory, over_output;
    /* the piece that is coming in: a header, or what follows it */
    enum al_frame frame;
    bool in_payload;
    uint8_t *piece;
    size_t piece_size, piece_got;
    uint8_t small[AL_WIRE_FINDING_MOST];
    uint8_t *large;                        /* owned: the payload of MODEL */
};

void al_conversation_begin(struct al_conversation *c, const struct al_wire_context *context, struct al_arena *arena,
                           struct al_findings *findings, uint64_t output_bytes);

/* Where the next bytes of the cell are to be put, and how many may be; never none. */
uint8_t *al_conversation_room(struct al_conversation *c, size_t *size);

/* So many bytes were put there. False when nothing more will be believed. */
bool al_conversation_took(struct al_conversation *c, size_t size);

/* True when the pipe may end here: a verdict was said and nothing after it. */
bool al_conversation_complete(const struct al_conversation *c);

void al_conversation_free(struct al_conversation *c);

#endif
