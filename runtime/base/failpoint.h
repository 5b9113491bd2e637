/* Failpoints: places where a test build ends the process as kill -9 would. Not in shipped builds:
 * only -DWRIGHT_FAILPOINTS compiles them in. */
#ifndef WR_BASE_FAILPOINT_H
#define WR_BASE_FAILPOINT_H

#include <stdbool.h>

/* WRIGHT_FAILPOINT=name:count in the environment: SIGKILL at the count-th passing of that name,
 * by any thread. Names are "layer.what.when". */
#ifdef WRIGHT_FAILPOINTS
void wr_failpoint_(const char *name);
void wr_failpoint_number_(const char *name, int number); /* "name.number" */
#define wr_failpoint(name) wr_failpoint_(name)
#define wr_failpoint_number(name, number) wr_failpoint_number_(name, number)
/* WRIGHT_BREAK=name: this rule of the engine is broken on purpose, so that a test can show that the
 * simulator notices. */
bool wr_broken_(const char *name);
#define wr_broken(name) wr_broken_(name)
#else
#define wr_broken(name) false
#define wr_failpoint(name) ((void)0)
#define wr_failpoint_number(name, number) ((void)0)
#endif

#endif
