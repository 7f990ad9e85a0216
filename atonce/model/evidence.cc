#include "atonce/model/evidence.h"

namespace atonce {

std::string write_doubts(Doubts doubts) {
  std::string text;
  for (const DoubtRow& row : all_doubts) {
    if (!doubts.has(row.doubt)) continue;
    if (!text.empty()) text += '+';
    text += row.name;
  }
  return text;
}

}  // namespace atonce
