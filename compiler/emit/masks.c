/* Sets of error classes as C: by the names of groups where whole groups are in them. */
#include "compiler/emit/machine.h"

#include <string.h>

static const struct {
    const char *name;
    uint64_t classes;
} masks[] = {
    {"WR_ON_OK", WR_ON_OK},
    {"WR_ON_ERROR", WR_ON_ERROR},
    {"WR_ON_TRANSIENT", WR_ON_TRANSIENT},
    {"WR_ON_TIMEOUT", WR_ON_TIMEOUT},
    {"WR_ON_INVALID_OUTPUT", WR_ON_INVALID_OUTPUT},
    {"WR_ON_REJECTED", WR_ON_REJECTED},
    {"WR_ON_DENIED", WR_ON_DENIED},
    {"WR_ON_TRIPPED", WR_ON_TRIPPED},
#define CLASS(name, group, http, retryable) {"WR_BIT(WR_CLASS_" #name ")", WR_BIT(WR_CLASS_##name)},
#include <wright/classes.def>
#undef CLASS
};

/* The masks of generated.h hold each class of their group in classes.def, and no more bits. */
#define MASK_transient WR_ON_TRANSIENT
#define MASK_timeout WR_ON_TIMEOUT
#define MASK_invalid_output WR_ON_INVALID_OUTPUT
#define MASK_rejected WR_ON_REJECTED
#define MASK_denied WR_ON_DENIED
#define MASK_tripped WR_ON_TRIPPED
#define MASK_alone WR_BIT(WR_CLASS_COUNT)
#define GROUPED                                                                                    \
    (WR_ON_TRANSIENT | WR_ON_TIMEOUT | WR_ON_INVALID_OUTPUT | WR_ON_REJECTED | WR_ON_DENIED |      \
     WR_ON_TRIPPED)
#define CLASS(name, group, http, retryable)                                                        \
    _Static_assert((WR_BIT(WR_CLASS_##name) & GROUPED & ~MASK_##group) == 0 &&                     \
                       (MASK_##group == MASK_alone || (WR_BIT(WR_CLASS_##name) & MASK_##group)),   \
                   #name " is not in the mask of its group");
#include <wright/classes.def>
#undef CLASS

void wc_init_mask(struct wc_init *init, const char *name, uint64_t classes)
{
    struct wc_buf text = {0};
    size_t start = init->indent + strlen(name) + strlen(". = ");
    size_t column = start;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        if (masks[i].classes & ~classes)
            continue;
        classes &= ~masks[i].classes;
        size_t len = strlen(masks[i].name) + (classes ? strlen(" |") : strlen(","));
        if (text.len && column + 1 + len > WC_WIDTH) {
            wc_buf_char(&text, '\n');
            wc_buf_repeat(&text, ' ', start);
            column = start;
        } else if (text.len) {
            wc_buf_char(&text, ' ');
            column++;
        }
        wc_buf_printf(&text, "%s%s", masks[i].name, classes ? " |" : "");
        column += len;
    }
    wc_init_field(init, name, "%s", text.len ? text.data : "0");
    wc_buf_free(&text);
}
