"""TAP for the tests that are Python: each says ok, same or skip, and at its end done. Only the standard library."""
import sys

count = failed = 0


def ok(good, name, detail=None):
    global count, failed
    count += 1
    failed += not good
    print(("ok" if good else "not ok") + f" {count} - {name}", flush=True)
    if not good and detail is not None:
        for line in str(detail).splitlines()[:60]:
            print("#   " + line[:1000], flush=True)
    return bool(good)


def same(got, want, name):
    return ok(got == want, name, f"got:  {got!r}\nwant: {want!r}")


def skip(name, reason):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {reason}", flush=True)


def done():
    print(f"1..{count}")
    sys.exit(1 if failed else 0)
