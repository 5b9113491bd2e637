/* What the functions of rich.flow would be; it is not compiled. */
