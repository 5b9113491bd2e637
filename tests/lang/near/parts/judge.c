/* A function that a specification names; what it may say is told by its header. */
#include "near_hooks.h"

bool call_judge(struct wright_call *call, const struct In *in, struct In *out)
{
    (void)call;
    *out = *in;
    return true;
}
