/* Stands where a specification names it; no test compiles it. */
