// The only list of families.  A new one adds its file in families/ and its row here.
#include <fmt/format.h>

#include <array>
#include <string>

#include "base/error.hpp"
#include "model/families/rows.hpp"

namespace nlp::model {

std::span<const Family* const> all_families() {
  static const std::array kFamilies = {
      &families::bert(),      &families::roberta(),    &families::xlm_roberta(),
      &families::camembert(), &families::distilbert(), &families::albert(),
      &families::electra(),   &families::mpnet(),      &families::modernbert(),
      &families::deberta(),   &families::deberta_v2(), &families::longformer(),
      &families::reformer(),  &families::t5(),         &families::mt5(),
      &families::marian(),
  };
  return kFamilies;
}

const Family& find_family(std::string_view model_type, std::string_view where) {
  std::string known;
  for (const Family* family : all_families()) {
    if (family->model_type == model_type) return *family;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", family->model_type);
  }
  throw Error(Kind::model, fmt::format("{}: model_type \"{}\" is not supported (known: {})", where,
                                       model_type, known));
}

}  // namespace nlp::model
