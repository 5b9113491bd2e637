/* The version of the toolchain: what `wright --version` says and each binary repeats. */
#ifndef WC_BASE_VERSION_H
#define WC_BASE_VERSION_H

#define WRIGHT_VERSION "0.1.0"

#endif
