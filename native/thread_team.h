// A few threads that do one piece of work after the other, each its own part. The threads wait between two
// pieces, because to start a thread takes longer than a small piece.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace hoshi {

class ThreadTeam {
 public:
  using Work = std::function<void(unsigned member)>;

  // A team of `size` members, with the calling thread; of fewer if the system cannot start so many threads.
  explicit ThreadTeam(unsigned size) {
    try {
      for (unsigned member = 1; member < size; ++member)
        others_.emplace_back([this, member] { Serve(member); });
    } catch (const std::system_error&) {
    }
  }
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam() {
    {
      const std::lock_guard lock(mutex_);
      work_ = nullptr;
      ++round_;
    }
    begin_.notify_all();
    for (std::thread& other : others_) other.join();
  }

  unsigned size() const { return static_cast<unsigned>(others_.size()) + 1; }

  // Calls work(member) on each member, 0 on the calling thread, and returns when all have ended.
  // REQUIRES: `work` does not throw
  void Run(const Work& work) {
    if (!others_.empty()) {
      const std::lock_guard lock(mutex_);
      work_ = &work;
      busy_ = others_.size();
      ++round_;
    }
    begin_.notify_all();
    work(0);
    std::unique_lock lock(mutex_);
    end_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void Serve(unsigned member) {
    for (unsigned long done = 0;;) {
      const Work* work = nullptr;
      {
        std::unique_lock lock(mutex_);
        begin_.wait(lock, [&] { return round_ != done; });
        done = round_;
        work = work_;
      }
      if (work == nullptr) return;
      (*work)(member);
      const std::lock_guard lock(mutex_);
      if (--busy_ == 0) end_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable begin_, end_;
  const Work* work_ = nullptr;  // null: the threads end
  unsigned long round_ = 0;
  std::size_t busy_ = 0;
  std::vector<std::thread> others_;
};

}  // namespace hoshi
