#!/bin/sh
# An adversary of time on one specification: NAME, first seed, jobs. Ends with 1 where a rule is broken.
exec "$WRIGHT_BUILD/$1" simulate --adversary time --seed "$2" --jobs "$3"
