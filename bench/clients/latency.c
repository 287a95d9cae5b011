/*
 * latency port= topic= rate= count= [host=127.0.0.1] [record=100] [each=1] [acks=1]
 * `count` records, `each` of them a Produce request, at a steady rate of records into partition 0 of an empty topic;
 * one thread sends, one takes the acknowledgements, one consumes by long polls. The time counts from the moment when a
 * request was due, so that a broker that falls behind shows its queue. The first tenth is warm-up. Prints one line of
 * JSON.
 */
#include "kafka.h"

static const char *host, *topic;
static int port, producer;
static long count; /* of requests */
static uint64_t each;
static double *due, *acknowledged, *consumed;

static void *take_acknowledgements(void *unused) {
  (void)unused;
  struct response response = {0};
  for (long i = 0; i < count; i++) {
    receive_response(producer, &response);
    int error = produce_error(&response);
    if (error) fail("Produce answered error %d", error);
    acknowledged[i] = seconds_now();
  }
  return NULL;
}

struct progress {
  uint64_t next;
  double now;
};

static void note_batch(void *context, int partition, uint64_t base_offset, int records) {
  (void)partition;
  struct progress *progress = context;
  uint64_t end = base_offset + (uint64_t)records, begin = base_offset < progress->next ? progress->next : base_offset;
  /* A request is consumed with its last record. */
  for (uint64_t i = begin / each; i < end / each && i < (uint64_t)count; i++) consumed[i] = progress->now;
  if (end > progress->next) progress->next = end;
}

static void *consume(void *unused) {
  (void)unused;
  int s = dial(host, port), correlation = 0;
  struct writer request = {0};
  struct response response = {0};
  struct progress progress = {0};
  while (progress.next < (uint64_t)count * each) {
    struct wanted wanted = {0, progress.next};
    build_fetch(&request, ++correlation, topic, &wanted, 1, 0, 8 << 20, 1 << 20);
    send_all(s, request.bytes, request.length);
    receive_response(s, &response);
    progress.now = seconds_now();
    walk_fetch(&response, note_batch, &progress);
  }
  close(s);
  return NULL;
}

int main(int argument_count, char **values) {
  host = argument(argument_count, values, "host", "127.0.0.1");
  topic = argument(argument_count, values, "topic", NULL);
  port = (int)number(argument_count, values, "port", NULL);
  double rate = number(argument_count, values, "rate", NULL);
  each = (uint64_t)number(argument_count, values, "each", "1");
  if (each < 1) fail("each must be at least 1");
  count = (long)number(argument_count, values, "count", NULL) / (long)each;
  int record_bytes = (int)number(argument_count, values, "record", "100");
  int acks = (int)number(argument_count, values, "acks", "1");
  if (count < 10 || acks == 0) fail("there must be at least 10 requests and acks must not be 0");
  due = allocate(sizeof(double) * (size_t)count);
  acknowledged = allocate(sizeof(double) * (size_t)count);
  consumed = allocate(sizeof(double) * (size_t)count);
  precise_timers();
  producer = dial(host, port);
  struct writer request = {0};
  build_produce(&request, topic, 0, acks, (int)each, record_bytes);
  pthread_t acks_thread, consumer_thread;
  if (pthread_create(&consumer_thread, NULL, consume, NULL)) fail("cannot start a thread");
  if (pthread_create(&acks_thread, NULL, take_acknowledgements, NULL)) fail("cannot start a thread");
  double start = seconds_now() + 0.1;
  for (long i = 0; i < count; i++) {
    due[i] = start + (double)i * (double)each / rate;
    sleep_until(due[i]);
    send_all(producer, request.bytes, request.length);
  }
  pthread_join(acks_thread, NULL);
  pthread_join(consumer_thread, NULL);
  long skip = count / 10;
  size_t counted = (size_t)(count - skip);
  for (long i = skip; i < count; i++) {
    acknowledged[i] -= due[i];
    consumed[i] -= due[i];
  }
  qsort(acknowledged + skip, counted, sizeof(double), ascending);
  qsort(consumed + skip, counted, sizeof(double), ascending);
  printf("{\"count\":%zu,\"ackP50Ms\":%.3f,\"ackP99Ms\":%.3f,\"ackP999Ms\":%.3f,\"p50Ms\":%.3f,\"p99Ms\":%.3f,"
         "\"p999Ms\":%.3f,\"maxMs\":%.3f}\n",
         counted, percentile_ms(acknowledged + skip, counted, 0.5), percentile_ms(acknowledged + skip, counted, 0.99),
         percentile_ms(acknowledged + skip, counted, 0.999), percentile_ms(consumed + skip, counted, 0.5),
         percentile_ms(consumed + skip, counted, 0.99), percentile_ms(consumed + skip, counted, 0.999),
         percentile_ms(consumed + skip, counted, 1));
  return 0;
}
