/*
 * produce port=PORT[,PORT…] topic= partitions= record= batch= [host=127.0.0.1] [acks=1] [inflight=5] [connections=1]
 *         [seconds=3] [bytes=1e18] [warmup=0.3]
 * Sends prebuilt Produce requests, one batch each, over every connection until the time or the bytes are used
 * up. With several ports, partition p is led by the broker at port p modulo their number, and connection c goes to
 * port c modulo their number. The first `warmup` seconds do not count, for neither. Prints one line of JSON.
 */
#include "kafka.h"

static const char *host, *topic;
static int ports[16], port_count, partitions, record_bytes, records_per_batch, acks, in_flight, connections;
static double seconds, warm_up;
static double start, stop_at;
static long requests_max;
static struct writer *requests;

struct load {
  int id;
  long counted; /* requests acknowledged after the warm-up */
  double first, last;
  double *latencies;
  size_t latency_count, latency_capacity;
};

static void note_latency(struct load *load, double value) {
  if (load->latency_count == load->latency_capacity) {
    load->latency_capacity = load->latency_capacity ? load->latency_capacity * 2 : 4096;
    load->latencies = realloc(load->latencies, load->latency_capacity * sizeof(double));
    if (!load->latencies) fail("out of memory");
  }
  load->latencies[load->latency_count++] = value;
}

static void read_ports(const char *text) {
  for (port_count = 0; *text && port_count < 16; port_count++) {
    char *end;
    ports[port_count] = (int)strtol(text, &end, 10);
    if (end == text || (*end && *end != ',')) fail("port: %s is no list of ports", text);
    text = *end ? end + 1 : end;
  }
  if (port_count == 0) fail("port= is missing");
}

static void *run(void *context) {
  struct load *load = context;
  int broker = load->id % port_count;
  int s = dial(host, ports[broker]), led = (partitions - broker + port_count - 1) / port_count;
  double *sent_at = allocate(sizeof(double) * (size_t)in_flight);
  struct response response = {0};
  long sent = 0, sent_before = 0, received = 0;
  bool sending = true;
  while (sending || received < sent) {
    while (sending && sent - received < in_flight) {
      double now = seconds_now();
      if (now >= stop_at || sent - sent_before >= requests_max) {
        sending = false;
        break;
      }
      const struct writer *request = &requests[broker + (sent + load->id) % led * port_count];
      sent_at[sent % in_flight] = now;
      send_all(s, request->bytes, request->length);
      sent++;
      if (now < start) sent_before = sent;
    }
    if (received == sent) break;
    receive_response(s, &response);
    int error = produce_error(&response);
    if (error) fail("Produce answered error %d", error);
    double now = seconds_now();
    if (now >= start) {
      /* The first answer after the warm-up starts the count, the last one ends it. */
      if (load->first == 0) load->first = now;
      else load->counted++;
      load->last = now;
      note_latency(load, now - sent_at[received % in_flight]);
    }
    received++;
  }
  close(s);
  return NULL;
}

int main(int count, char **values) {
  host = argument(count, values, "host", "127.0.0.1");
  topic = argument(count, values, "topic", NULL);
  read_ports(argument(count, values, "port", NULL));
  partitions = (int)number(count, values, "partitions", NULL);
  record_bytes = (int)number(count, values, "record", NULL);
  int batch_bytes = (int)number(count, values, "batch", NULL);
  acks = (int)number(count, values, "acks", "1");
  in_flight = (int)number(count, values, "inflight", "5");
  connections = (int)number(count, values, "connections", "1");
  seconds = number(count, values, "seconds", "3");
  warm_up = number(count, values, "warmup", "0.3");
  if (acks == 0) fail("acks=0 has no answers to count");
  if (partitions < port_count) fail("each broker leads at least one partition");
  records_per_batch = batch_bytes / (record_bytes + 8);
  if (records_per_batch < 1) records_per_batch = 1;
  double bytes = number(count, values, "bytes", "1e18");
  double most = bytes / ((double)records_per_batch * record_bytes) / connections;
  requests_max = most < 1e15 ? (long)most + 1 : (long)1e15;

  requests = allocate(sizeof *requests * (size_t)partitions);
  for (int p = 0; p < partitions; p++) build_produce(&requests[p], topic, p, acks, records_per_batch, record_bytes);
  struct load *loads = allocate(sizeof *loads * (size_t)connections);
  pthread_t *threads = allocate(sizeof *threads * (size_t)connections);
  double cpu = cpu_seconds();
  start = seconds_now() + warm_up;
  stop_at = start + seconds;
  for (int i = 0; i < connections; i++) {
    loads[i].id = i;
    if (pthread_create(&threads[i], NULL, run, &loads[i])) fail("cannot start a thread");
  }
  long total = 0;
  size_t samples = 0;
  double first = 1e300, last = 0;
  for (int i = 0; i < connections; i++) {
    pthread_join(threads[i], NULL);
    total += loads[i].counted;
    samples += loads[i].latency_count;
    if (loads[i].first && loads[i].first < first) first = loads[i].first;
    if (loads[i].last > last) last = loads[i].last;
  }
  if (total == 0 || last <= first) fail("nothing was counted: the run is shorter than its warm-up");
  double *latencies = allocate(sizeof(double) * samples), *at = latencies;
  for (int i = 0; i < connections; i++) {
    memcpy(at, loads[i].latencies, loads[i].latency_count * sizeof(double));
    at += loads[i].latency_count;
  }
  qsort(latencies, samples, sizeof(double), ascending);
  double took = last - first, payload = (double)total * records_per_batch * record_bytes;
  printf("{\"seconds\":%.4f,\"requests\":%ld,\"requestsPerSecond\":%.0f,\"megabytesPerSecond\":%.2f,"
         "\"ackP50Ms\":%.3f,\"ackP99Ms\":%.3f,\"cpuSeconds\":%.3f,\"records\":%ld}\n",
         took, total, (double)total / took, payload / 1e6 / took, percentile_ms(latencies, samples, 0.5),
         percentile_ms(latencies, samples, 0.99), cpu_seconds() - cpu, total * records_per_batch);
  return 0;
}
