// MeCab as a contender at the stage `tokenize`: mecab DICTIONARY. It reads and writes lines.
//
// Input: the number of texts; one text per line; then any number of orders, each the milliseconds to measure.
// Output: for each text a line with its surface forms, separated by tabs; then for each order a line with the
// processor time of each pass, in microseconds per text. It times MeCab's fastest way: it reuses one lattice
// and writes no result.

#include <mecab.h>

#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

double processor_microseconds() {
  std::timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string dictionary = argc > 1 ? argv[1] : "";
  const std::unique_ptr<MeCab::Model> model(MeCab::createModel(("-d " + dictionary).c_str()));
  if (model == nullptr) {
    std::cerr << "mecab: expected a folder with a dictionary, received " << dictionary << ": "
              << MeCab::getLastError() << '\n';
    return EXIT_FAILURE;
  }
  const std::unique_ptr<MeCab::Tagger> tagger(model->createTagger());
  const std::unique_ptr<MeCab::Lattice> lattice(model->createLattice());

  std::string line;
  std::getline(std::cin, line);
  std::vector<std::string> texts(std::stoul(line));
  for (std::string& text : texts) std::getline(std::cin, text);

  const auto analyze = [&](const std::string& text) {
    lattice->set_sentence(text.data(), text.size());
    tagger->parse(lattice.get());
  };
  for (const std::string& text : texts) {
    analyze(text);
    const char* separator = "";
    for (const MeCab::Node* node = lattice->bos_node()->next; node->stat != MECAB_EOS_NODE;
         node = node->next) {
      std::cout << separator;
      std::cout.write(node->surface, node->length);
      separator = "\t";
    }
    std::cout << '\n';
  }
  std::cout.flush();

  while (std::getline(std::cin, line)) {
    const double limit = std::stod(line) * 1000;
    const double begin = processor_microseconds();
    const char* separator = "";
    do {
      const double pass = processor_microseconds();
      for (const std::string& text : texts) analyze(text);
      std::cout << separator << (processor_microseconds() - pass) / static_cast<double>(texts.size());
      separator = " ";
    } while (processor_microseconds() - begin < limit);
    std::cout << std::endl;
  }
}
