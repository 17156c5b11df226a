// Prints the processor time of a process so far in nanoseconds, with its threads that have ended.
//
//   processor-time PROCESS
#include <time.h>

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
  clockid_t clock;
  timespec time;
  const int process = argc == 2 ? std::atoi(argv[1]) : 0;  // 0 would be this program
  if (process <= 0 || clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    std::fputs("processor-time: expected the number of a running process\n", stderr);
    return 1;
  }
  std::printf("%lld%09ld\n", static_cast<long long>(time.tv_sec), time.tv_nsec);
}
