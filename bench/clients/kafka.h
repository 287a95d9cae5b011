/*
 * What the load clients share: sockets, big-endian writing, record batches (magic 2), `key=value` arguments.
 * The clients build their requests once and only send bytes, so that they cost less than the broker that they
 * measure. Every failure ends the program with a message and status 1.
 */
#ifndef BENCH_KAFKA_H
#define BENCH_KAFKA_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  if (!memory) fail("out of memory: %zu bytes", bytes);
  return memory;
}

/* ---- arguments ---- */

static const char *argument(int count, char **values, const char *name, const char *otherwise) {
  size_t length = strlen(name);
  for (int i = 1; i < count; i++)
    if (!strncmp(values[i], name, length) && values[i][length] == '=') return values[i] + length + 1;
  if (!otherwise) fail("%s: %s=… is missing", values[0], name);
  return otherwise;
}

static double number(int count, char **values, const char *name, const char *otherwise) {
  const char *text = argument(count, values, name, otherwise);
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end) fail("%s: %s is not a number: %s", values[0], name, text);
  return value;
}

/* ---- time ---- */

static inline double seconds_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static inline double cpu_seconds(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

static inline void sleep_until(double due) {
  double left;
  while ((left = due - seconds_now()) > 0) {
    struct timespec t = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&t, NULL);
  }
}

/* The kernel may otherwise fire a thread's timers 50 us late, to save power. */
static inline void precise_timers(void) {
#ifdef __linux__
  prctl(PR_SET_TIMERSLACK, 1);
#endif
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

/* `sorted` in seconds, the answer in milliseconds. */
static double percentile_ms(const double *sorted, size_t count, double share) {
  if (count == 0) return 0;
  size_t at = (size_t)((double)count * share);
  return sorted[at < count ? at : count - 1] * 1e3;
}

/* ---- sockets ---- */

static int dial(const char *host, int port) {
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)port);
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("not an IPv4 address: %s", host);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (s < 0) fail("socket: %s", strerror(errno));
  if (connect(s, (struct sockaddr *)&address, sizeof address)) fail("connect %s:%d: %s", host, port, strerror(errno));
  int one = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return s;
}

static void send_all(int s, const void *data, size_t length) {
  const char *at = data;
  while (length) {
    ssize_t n = send(s, at, length, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("send: %s", strerror(errno));
    at += n;
    length -= (size_t)n;
  }
}

static void receive_all(int s, void *data, size_t length) {
  char *at = data;
  while (length) {
    ssize_t n = recv(s, at, length, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("receive: %s", strerror(errno));
    if (n == 0) fail("the broker closed the connection");
    at += n;
    length -= (size_t)n;
  }
}

/* ---- reading ---- */

static inline uint32_t get32(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}
static inline uint64_t get64(const uint8_t *b) { return (uint64_t)get32(b) << 32 | get32(b + 4); }
static inline int16_t get16(const uint8_t *b) { return (int16_t)(b[0] << 8 | b[1]); }

/*
 * A response without its size, valid until the next one. What arrives is read ahead into one buffer, so that a
 * burst of small answers costs one system call.
 */
struct response {
  uint8_t *bytes;
  size_t length;
  uint8_t *buffer;
  size_t begin, end, capacity;
};

/* Makes `wanted` bytes stand at `begin`. */
static void read_ahead(int s, struct response *r, size_t wanted) {
  if (r->begin + wanted > r->capacity) {
    size_t kept = r->end - r->begin;
    size_t capacity = r->capacity;
    while (capacity < wanted) capacity = capacity ? capacity * 2 : 256 << 10;
    uint8_t *buffer = capacity == r->capacity ? r->buffer : allocate(capacity);
    if (kept) memmove(buffer, r->buffer + r->begin, kept);
    if (buffer != r->buffer) free(r->buffer);
    r->buffer = buffer;
    r->capacity = capacity;
    r->begin = 0;
    r->end = kept;
  }
  while (r->end - r->begin < wanted) {
    ssize_t n = recv(s, r->buffer + r->end, r->capacity - r->end, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("receive: %s", strerror(errno));
    if (n == 0) fail("the broker closed the connection");
    r->end += (size_t)n;
  }
}

static void receive_response(int s, struct response *r) {
  if (r->begin == r->end) r->begin = r->end = 0;
  read_ahead(s, r, 4);
  r->length = get32(r->buffer + r->begin);
  if (r->length > 1u << 30) fail("a response of %zu bytes", r->length);
  read_ahead(s, r, 4 + r->length);
  r->bytes = r->buffer + r->begin + 4;
  r->begin += 4 + r->length;
}

/* ---- writing ---- */

struct writer {
  uint8_t *bytes;
  size_t length, capacity;
};

static uint8_t *reserve(struct writer *w, size_t more) {
  if (w->length + more > w->capacity) {
    w->capacity = (w->length + more) * 2 + 256;
    w->bytes = realloc(w->bytes, w->capacity);
    if (!w->bytes) fail("out of memory: %zu bytes", w->capacity);
  }
  uint8_t *at = w->bytes + w->length;
  w->length += more;
  return at;
}

static void set32(uint8_t *b, uint32_t v) {
  b[0] = (uint8_t)(v >> 24);
  b[1] = (uint8_t)(v >> 16);
  b[2] = (uint8_t)(v >> 8);
  b[3] = (uint8_t)v;
}
static void put8(struct writer *w, int v) { *reserve(w, 1) = (uint8_t)v; }
static void put16(struct writer *w, int v) {
  uint8_t *b = reserve(w, 2);
  b[0] = (uint8_t)(v >> 8);
  b[1] = (uint8_t)v;
}
static void put32(struct writer *w, uint32_t v) { set32(reserve(w, 4), v); }
static void put64(struct writer *w, uint64_t v) {
  put32(w, (uint32_t)(v >> 32));
  put32(w, (uint32_t)v);
}
static void put_string(struct writer *w, const char *s) {
  size_t n = strlen(s);
  put16(w, (int)n);
  memcpy(reserve(w, n), s, n);
}
static void put_varint(struct writer *w, int64_t v) {
  uint64_t z = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
  for (; z >= 128; z >>= 7) put8(w, (int)(z & 127) | 128);
  put8(w, (int)z);
}
static int varint_size(int64_t v) {
  uint64_t z = (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
  int n = 1;
  for (; z >= 128; z >>= 7) n++;
  return n;
}

/* Leaves room for the size; `finish_request` fills it in. Request header version 1. */
static void begin_request(struct writer *w, int api, int version, int correlation, const char *client) {
  w->length = 0;
  put32(w, 0);
  put16(w, api);
  put16(w, version);
  put32(w, (uint32_t)correlation);
  put_string(w, client);
}
static void finish_request(struct writer *w) { set32(w->bytes, (uint32_t)w->length - 4); }

/* ---- record batches ---- */

static uint32_t crc32c(const uint8_t *data, size_t length) {
  static uint32_t table[256];
  if (!table[1])
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t c = i;
      for (int k = 0; k < 8; k++) c = c & 1 ? 0x82f63b78u ^ c >> 1 : c >> 1;
      table[i] = c;
    }
  uint32_t crc = ~0u;
  for (size_t i = 0; i < length; i++) crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
  return ~crc;
}

/* One batch, uncompressed, without a producer id: `count` records of `size` bytes, keys null. */
static void put_batch(struct writer *w, int count, int size) {
  size_t start = w->length;
  uint64_t now_ms = (uint64_t)time(NULL) * 1000;
  put64(w, 0); /* base offset */
  put32(w, 0); /* length, below */
  put32(w, 0); /* leader epoch */
  put8(w, 2);
  put32(w, 0); /* CRC, below */
  put16(w, 0);
  put32(w, (uint32_t)count - 1);
  put64(w, now_ms);
  put64(w, now_ms);
  put64(w, ~0ull); /* producer id -1 */
  put16(w, -1);
  put32(w, ~0u);
  put32(w, (uint32_t)count);
  for (int i = 0; i < count; i++) {
    put_varint(w, 1 + 1 + varint_size(i) + 1 + varint_size(size) + size + 1);
    put8(w, 0);
    put_varint(w, 0);
    put_varint(w, i);
    put_varint(w, -1);
    put_varint(w, size);
    uint8_t *value = reserve(w, (size_t)size);
    for (int k = 0; k < size; k++) value[k] = (uint8_t)('a' + (k * 7 + i) % 26);
    put_varint(w, 0);
  }
  uint8_t *batch = w->bytes + start;
  size_t length = w->length - start;
  set32(batch + 8, (uint32_t)length - 12);
  set32(batch + 17, crc32c(batch + 21, length - 21));
}

/* Produce version 7, one partition, one batch. */
static void build_produce(struct writer *w, const char *topic, int partition, int acks, int records, int size) {
  begin_request(w, 0, 7, 0, "bench");
  put16(w, -1); /* no transactional id */
  put16(w, acks);
  put32(w, 30000);
  put32(w, 1);
  put_string(w, topic);
  put32(w, 1);
  put32(w, (uint32_t)partition);
  size_t size_at = w->length;
  put32(w, 0);
  put_batch(w, records, size);
  set32(w->bytes + size_at, (uint32_t)(w->length - size_at - 4));
  finish_request(w);
}

/* The error code in a Produce 7 response of one partition. */
static int produce_error(const struct response *r) {
  if (r->length < 10) fail("a Produce response of %zu bytes", r->length);
  size_t at = 4 + 4;
  at += 2 + (size_t)get16(r->bytes + at) + 4 + 4;
  if (at + 2 > r->length) fail("a Produce response of %zu bytes", r->length);
  return get16(r->bytes + at);
}

struct wanted {
  int partition;
  uint64_t offset;
};

/* Fetch version 11 without a session. */
static void build_fetch(struct writer *w, int correlation, const char *topic, const struct wanted *wanted, int count,
                        int rotate, uint32_t max_bytes, uint32_t partition_max_bytes) {
  begin_request(w, 1, 11, correlation, "bench");
  put32(w, ~0u); /* replica -1 */
  put32(w, 500); /* max wait */
  put32(w, 1);   /* min bytes */
  put32(w, max_bytes);
  put8(w, 0);
  put32(w, 0);
  put32(w, ~0u);
  put32(w, 1);
  put_string(w, topic);
  put32(w, (uint32_t)count);
  for (int i = 0; i < count; i++) {
    const struct wanted *p = &wanted[(i + rotate) % count];
    put32(w, (uint32_t)p->partition);
    put32(w, ~0u); /* leader epoch unknown */
    put64(w, p->offset);
    put64(w, ~0ull);
    put32(w, partition_max_bytes);
  }
  put32(w, 0);
  put16(w, 0);
  finish_request(w);
}

typedef void on_batch(void *context, int partition, uint64_t base_offset, int records);

/* Walks the whole batches of a Fetch 11 response; answers the bytes of record data in it. */
static size_t walk_fetch(const struct response *r, on_batch *visit, void *context) {
  const uint8_t *b = r->bytes;
  if (r->length < 18) fail("a Fetch response of %zu bytes", r->length);
  if (get16(b + 8)) fail("Fetch answered error %d", get16(b + 8));
  size_t at = 18, total = 0;
  for (uint32_t topics = get32(b + 14); topics > 0; topics--) {
    at += 2 + (size_t)get16(b + at);
    uint32_t partitions = get32(b + at);
    at += 4;
    for (; partitions > 0; partitions--) {
      if (at + 34 > r->length) fail("a Fetch response that ends early");
      int partition = (int)get32(b + at), error = get16(b + at + 4);
      if (error) fail("partition %d answered error %d", partition, error);
      int32_t aborted = (int32_t)get32(b + at + 30);
      at += 34 + (aborted > 0 ? 16 * (size_t)aborted : 0) + 4; /* aborted transactions, preferred replica */
      size_t size = get32(b + at);
      at += 4;
      if (at + size > r->length) fail("a Fetch response that ends early");
      total += size;
      size_t end = at + size;
      for (size_t batch = at; batch + 61 <= end;) {
        size_t length = get32(b + batch + 8) + 12u;
        if (batch + length > end) break;
        visit(context, partition, get64(b + batch), (int)get32(b + batch + 23) + 1);
        batch += length;
      }
      at = end;
    }
  }
  return total;
}

#endif
