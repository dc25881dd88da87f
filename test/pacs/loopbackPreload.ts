/**
 * C source of a library that is preloaded into Debian's Orthanc 1.10, which otherwise cannot be tested with safely:
 * it has no setting for the address it listens on, gives its workers too little stack for the pixel codecs, and asks
 * OpenSSL 3 for a function that only exists under another name there, so that the first HTTPS request ends it.
 */
export const LOOPBACK_PRELOAD = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

typedef void *(*lookup_fn)(void *, const char *);

static lookup_fn next_lookup(void) {
  static lookup_fn found;
  if (!found) found = (lookup_fn)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
  if (!found) found = (lookup_fn)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.17");
  if (!found) found = (lookup_fn)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
  return found;
}

void *dlsym(void *handle, const char *symbol) {
  void *address = next_lookup()(handle, symbol);
  if (!address && symbol && !strcmp(symbol, "SSL_get_peer_certificate"))
    address = next_lookup()(handle, "SSL_get1_peer_certificate");
  return address;
}

int bind(int socket, const struct sockaddr *wanted, socklen_t length) {
  int (*next)(int, const struct sockaddr *, socklen_t) = next_lookup()(RTLD_NEXT, "bind");
  if (wanted && wanted->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
    struct sockaddr_in v4;
    memcpy(&v4, wanted, sizeof v4);
    if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return next(socket, (struct sockaddr *)&v4, sizeof v4);
  }
  if (wanted && wanted->sa_family == AF_INET6 && length >= sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 v6;
    memcpy(&v6, wanted, sizeof v6);
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) v6.sin6_addr = in6addr_loopback;
    return next(socket, (struct sockaddr *)&v6, sizeof v6);
  }
  return next(socket, wanted, length);
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) {
  int (*next)(pthread_attr_t *, size_t) = next_lookup()(RTLD_NEXT, "pthread_attr_setstacksize");
  const size_t enough = 8u << 20;
  return next(attributes, size < enough ? enough : size);
}
`;
