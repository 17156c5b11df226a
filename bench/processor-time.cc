// Prints the processor time of a process so far in nanoseconds, with its threads that have ended.
//
//   processor-time PROCESS
#include <time.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  clockid_t clock;
  timespec time;
  if (argc != 2 || clock_getcpuclockid(std::atoi(argv[1]), &clock) != 0 || clock_gettime(clock, &time) != 0) {
    std::fputs("processor-time: expected the number of a running process\n", stderr);
    return 1;
  }
  std::printf("%lld%09ld\n", static_cast<long long>(time.tv_sec), time.tv_nsec);
}
