/* A function of which the specification says no effect. */
#include "corners_hooks.h"

bool call_judge(struct wright_call *call, const struct Note *in, struct Note *out)
{
    (void)call;
    *out = *in;
    return true;
}
