// The least that a request can cost: PORT=… bare-echo. It reads HTTP/1.1 requests with a Content-Length on
// one thread, with epoll, and answers each with the same score. It checks neither the request nor its body,
// so it is no server to use.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kResponse =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json\r\n"
    "Content-Length: 27\r\n"
    "Connection: keep-alive\r\n"
    "\r\n"
    "{\"score\":4.010309278350515}";

// The value of a header, or an empty one. `head` ends with an empty line.
std::string_view HeaderOf(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, end - at);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        strncasecmp(line.data(), name.data(), name.size()) == 0) {
      const std::size_t value = line.find_first_not_of(" \t", name.size() + 1);
      return value == std::string_view::npos ? std::string_view() : line.substr(value);
    }
    at = end + 2;
  }
  return {};
}

// Answers the whole requests in `received`, and removes them. False: the connection has to be closed.
bool Answer(int connection, std::string& received) {
  for (;;) {
    const std::size_t head_end = received.find("\r\n\r\n");
    if (head_end == std::string::npos) return true;
    const std::string_view head = std::string_view(received).substr(0, head_end + 4);
    const std::string_view length = HeaderOf(head, "Content-Length");
    if (length.empty()) return false;
    const std::size_t end = head.size() + std::strtoul(length.data(), nullptr, 10);
    if (received.size() < end) return true;
    const bool is_last = HeaderOf(head, "Connection") == "close";
    if (write(connection, kResponse.data(), kResponse.size()) != static_cast<ssize_t>(kResponse.size()) ||
        is_last)
      return false;
    received.erase(0, end);
  }
}

int Listen(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 511) != 0) {
    std::perror("bare-echo: cannot listen");
    std::exit(EXIT_FAILURE);
  }
  return listener;
}

}  // namespace

int main() {
  const char* port = std::getenv("PORT");
  if (port == nullptr) {
    std::fputs("bare-echo: expected a port in PORT, received none\n", stderr);
    return EXIT_FAILURE;
  }
  const int listener = Listen(std::atoi(port));
  const int poll = epoll_create1(0);
  const auto watch = [&](int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event);
  };
  watch(listener);
  std::map<int, std::string> connections;
  std::array<epoll_event, 64> events;
  static std::array<char, 1 << 16> buffer;
  for (;;) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
      if (descriptor == listener) {
        const int connection = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (connection < 0) continue;
        const int on = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connections[connection];
        watch(connection);
        continue;
      }
      std::string& received = connections[descriptor];
      const ssize_t bytes = read(descriptor, buffer.data(), buffer.size());
      if (bytes > 0) received.append(buffer.data(), static_cast<std::size_t>(bytes));
      if (bytes <= 0 || !Answer(descriptor, received)) {
        connections.erase(descriptor);
        close(descriptor);
      }
    }
  }
}
