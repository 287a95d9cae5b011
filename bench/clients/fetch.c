/*
 * fetch port= topic= partitions= records= [host=127.0.0.1] [seconds=3] [maxbytes=52428800]
 *       [partitionmaxbytes=1048576] [warmup=0.3] [follow=0] [once=0]
 * Reads a topic of `records` records from its beginning, again and again until the time is used up: one request
 * in flight, all partitions in each, as a consumer does. Offsets must follow each other. With follow=1 it reads
 * from the end on instead, what others produce meanwhile. With once=1 it reads the topic one time, and the whole of
 * that counts, however long it takes. Prints one line of JSON.
 */
#include "kafka.h"

static long seen;

static void count_batch(void *context, int partition, uint64_t base_offset, int records) {
  struct wanted *wanted = context;
  if (base_offset > wanted[partition].offset)
    fail("partition %d: wanted offset %llu, got %llu", partition, (unsigned long long)wanted[partition].offset,
         (unsigned long long)base_offset);
  wanted[partition].offset = base_offset + (uint64_t)records;
  seen += records;
}

/* ListOffsets version 1 of each partition's end. */
static void seek_to_end(int s, const char *topic, struct wanted *wanted, int partitions) {
  struct writer request = {0};
  struct response response = {0};
  begin_request(&request, 2, 1, 0, "bench");
  put32(&request, ~0u);
  put32(&request, 1);
  put_string(&request, topic);
  put32(&request, (uint32_t)partitions);
  for (int p = 0; p < partitions; p++) {
    put32(&request, (uint32_t)p);
    put64(&request, ~0ull);
  }
  finish_request(&request);
  send_all(s, request.bytes, request.length);
  receive_response(s, &response);
  const uint8_t *b = response.bytes;
  size_t at = 8 + 2 + (size_t)get16(b + 8) + 4;
  for (int p = 0; p < partitions; p++, at += 22) {
    if (get16(b + at + 4)) fail("ListOffsets answered error %d", get16(b + at + 4));
    wanted[get32(b + at)].offset = get64(b + at + 14);
  }
}

int main(int count, char **values) {
  const char *host = argument(count, values, "host", "127.0.0.1"), *topic = argument(count, values, "topic", NULL);
  int port = (int)number(count, values, "port", NULL), partitions = (int)number(count, values, "partitions", NULL);
  long records = (long)number(count, values, "records", NULL);
  double seconds = number(count, values, "seconds", "3"), warm_up = number(count, values, "warmup", "0.3");
  uint32_t max_bytes = (uint32_t)number(count, values, "maxbytes", "52428800");
  uint32_t partition_max_bytes = (uint32_t)number(count, values, "partitionmaxbytes", "1048576");

  struct wanted *wanted = allocate(sizeof *wanted * (size_t)partitions);
  for (int p = 0; p < partitions; p++) wanted[p].partition = p;
  struct writer request = {0};
  struct response response = {0};
  int s = dial(host, port), correlation = 0;
  if (number(count, values, "follow", "0")) seek_to_end(s, topic, wanted, partitions);
  bool once = number(count, values, "once", "0") != 0;
  double cpu = cpu_seconds(), start = seconds_now() + (once ? 0 : warm_up), stop_at = start + seconds;
  double first = once ? start : 0, last = 0, bytes = 0;
  long answers = 0, counted_records = 0;
  while (once ? seen < records : seconds_now() < stop_at) {
    if (seen >= records) {
      for (int p = 0; p < partitions; p++) wanted[p].offset = 0;
      seen = 0;
    }
    correlation++;
    build_fetch(&request, correlation, topic, wanted, partitions, correlation % partitions, max_bytes,
                partition_max_bytes);
    send_all(s, request.bytes, request.length);
    receive_response(s, &response);
    long before = seen;
    size_t got = walk_fetch(&response, count_batch, wanted);
    double now = seconds_now();
    if (now < start) continue;
    if (first == 0) first = now;
    else {
      answers++;
      bytes += (double)got;
      counted_records += seen - before;
    }
    last = now;
  }
  if (answers == 0 || last <= first) fail("nothing was counted: the run is shorter than its warm-up");
  double took = last - first;
  printf("{\"seconds\":%.4f,\"requests\":%ld,\"requestsPerSecond\":%.0f,\"megabytesPerSecond\":%.2f,"
         "\"recordsPerSecond\":%.0f,\"cpuSeconds\":%.3f}\n",
         took, answers, (double)answers / took, bytes / 1e6 / took, (double)counted_records / took,
         cpu_seconds() - cpu);
  return 0;
}
