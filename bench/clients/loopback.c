/*
 * loopback mode=stream chunk= [seconds=1]      one process sends chunks, another one takes them
 * loopback mode=echo chunk= inflight= [seconds=1]   the other one answers each chunk with 64 bytes, all of a read at once
 * What the machine's loopback does without any broker: the yardstick of the same run. Prints one line of JSON.
 */
#include "kafka.h"
#include <signal.h>
#include <sys/wait.h>

enum { answer_bytes = 64, receive_bytes = 256 << 10 };

static void serve(int listener, size_t chunk, bool echo) {
  int s = accept(listener, NULL, NULL);
  if (s < 0) fail("accept: %s", strerror(errno));
  int one = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  char *buffer = allocate(receive_bytes);
  char *answers = allocate((receive_bytes / chunk + 2) * answer_bytes);
  size_t rest = 0;
  for (;;) {
    ssize_t n = recv(s, buffer, receive_bytes, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) exit(0);
    rest += (size_t)n;
    size_t whole = rest / chunk;
    rest %= chunk;
    if (echo && whole) send_all(s, answers, whole * answer_bytes);
  }
}

int main(int count, char **values) {
  bool echo = !strcmp(argument(count, values, "mode", NULL), "echo");
  size_t chunk = (size_t)number(count, values, "chunk", NULL);
  long in_flight = (long)number(count, values, "inflight", "64");
  double seconds = number(count, values, "seconds", "1");
  if (chunk < 1) fail("chunk must be positive");
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&address, &length))
    fail("listen: %s", strerror(errno));
  pid_t child = fork();
  if (child < 0) fail("fork: %s", strerror(errno));
  if (child == 0) serve(listener, chunk, echo);
  int s = dial("127.0.0.1", ntohs(address.sin_port));
  char *data = allocate(chunk);
  char *answers = allocate(receive_bytes);
  double start = seconds_now(), stop_at = start + seconds;
  long sent = 0, received = 0;
  size_t got = 0;
  while (seconds_now() < stop_at) {
    while (!echo || sent - received < in_flight) {
      send_all(s, data, chunk);
      sent++;
      if (!echo) break;
    }
    if (echo) {
      ssize_t n = recv(s, answers, receive_bytes, 0);
      if (n <= 0) fail("receive: %s", n < 0 ? strerror(errno) : "closed");
      got += (size_t)n;
      received = (long)(got / answer_bytes);
    }
  }
  double took = seconds_now() - start;
  close(s);
  kill(child, SIGTERM);
  waitpid(child, NULL, 0);
  long done = echo ? received : sent;
  printf("{\"seconds\":%.4f,\"chunks\":%ld,\"chunksPerSecond\":%.0f,\"megabytesPerSecond\":%.2f}\n", took, done,
         (double)done / took, (double)done * (double)chunk / 1e6 / took);
  return 0;
}
