// How well questions are answered.  Source: the evaluation script of SQuAD 2.0 (Rajpurkar et al.
// 2018, arXiv:1806.03822): answers are compared in small letters, without ASCII punctuation, the
// words a, an and the, and with one space between words.
#pragma once
#include <string>
#include <string_view>

namespace nlp::train {

// `text` (valid UTF-8) as answers are compared.
std::string normal_answer(std::string_view text);

struct AnswerScore {
  double exact = 0;  // 1 where both are the same, else 0
  double f1 = 0;     // of their words, each as often as it occurs in both
};

// Where one of the answers has no words, both must have none.
AnswerScore score_answer(std::string_view truth, std::string_view found);

}  // namespace nlp::train
