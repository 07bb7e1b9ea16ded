// How well labels of texts are told.  Legend: C labels.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "train/evaluate/scores.hpp"

namespace nlp::train {

// One label a text.
class Confusion {
 public:
  explicit Confusion(std::size_t labels) : size_(labels), counts_(labels * labels) {}

  // Both below C.
  void add(std::size_t truth, std::size_t found) { ++counts_[truth * size_ + found]; }

  std::size_t size() const { return size_; }  // C
  std::uint64_t count(std::size_t truth, std::size_t found) const {
    return counts_[truth * size_ + found];
  }
  std::uint64_t texts() const;
  double accuracy() const;              // NaN without texts
  Hits label(std::size_t label) const;  // of one label
  // The mean of F1 over the labels that occur, found or true.  NaN without texts.
  double macro_f1() const;

 private:
  std::size_t size_;
  std::vector<std::uint64_t> counts_;  // [C,C]: by truth, then by what was found
};

// Any number of labels a text.
class LabelSets {
 public:
  explicit LabelSets(std::size_t labels) : hits_(labels) {}

  // [C] each, 1 for a label that the text has.
  void add(std::span<const std::uint8_t> truth, std::span<const std::uint8_t> found);

  std::uint64_t texts() const { return texts_; }
  double accuracy() const;  // texts of which all labels are right; NaN without texts
  const Hits& label(std::size_t label) const { return hits_[label]; }
  double macro_f1() const;  // the mean over all labels
  double micro_f1() const;  // of all labels' counts together

 private:
  std::vector<Hits> hits_;  // [C]
  std::uint64_t texts_ = 0, right_ = 0;
};

}  // namespace nlp::train
