/*
 * drop-cache FILE…
 * Writes the files out and asks the system to forget what it holds of them in memory, so that the next read comes
 * from the disk. Prints one line of JSON: how many bytes the files have, and how many of those are still in memory.
 * `asked` is false where the system has no such request.
 */
#include "kafka.h"
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#ifdef __linux__
static size_t resident_bytes(int file, size_t size) {
  if (size == 0) return 0;
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page, resident = 0;
  void *mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) fail("mmap: %s", strerror(errno));
  unsigned char *states = allocate(pages);
  if (mincore(mapped, size, states)) fail("mincore: %s", strerror(errno));
  for (size_t i = 0; i < pages; i++) resident += states[i] & 1;
  free(states);
  munmap(mapped, size);
  return resident * page < size ? resident * page : size;
}

int main(int count, char **values) {
  size_t bytes = 0, resident = 0;
  for (int i = 1; i < count; i++) {
    int file = open(values[i], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status)) fail("%s: %s", values[i], strerror(errno));
    /* Only pages that are on the disk can be forgotten. */
    if (fdatasync(file)) fail("%s: %s", values[i], strerror(errno));
    int error = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    if (error) fail("%s: %s", values[i], strerror(error));
    bytes += (size_t)status.st_size;
    resident += resident_bytes(file, (size_t)status.st_size);
    close(file);
  }
  printf("{\"asked\":true,\"bytes\":%zu,\"residentBytes\":%zu}\n", bytes, resident);
  return 0;
}
#else
int main(void) {
  printf("{\"asked\":false}\n");
  return 0;
}
#endif
