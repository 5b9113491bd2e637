/* A function that takes nothing. */
#include "desk_hooks.h"

bool call_hours(struct wright_call *call, const void *nothing, struct Hours *out)
{
    (void)call, (void)nothing;
    out->open = true;
    return true;
}
