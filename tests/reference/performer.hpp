// The performer's attention, naively: a T x S matrix of kernel values, each a sum over features.
// Source: Choromanski et al. 2021, arXiv:2009.14794, section 2; see lib/dnn/performer.hpp for how
// queries and keys are centred.
#pragma once
#include "reference/dnn.hpp"

namespace reference {

// directions [F,D].  Gives [T,H].
inline Values performer(const nlp::tensor::Tensor& query, const nlp::tensor::Tensor& key,
                        const nlp::tensor::Tensor& value, const nlp::tensor::Tensor& directions,
                        std::int64_t heads, double scale) {
  const auto hidden = query.shape()[1], size = hidden / heads;
  Values context(static_cast<std::size_t>(query.rows() * hidden));
  for (std::int64_t h = 0; h < heads; ++h) {
    double square_of_query = 0, square_of_key = 0;
    const auto centred = [&](const nlp::tensor::Tensor& src, Values& mean, double& square) {
      mean.assign(size, 0);
      for (std::int64_t t = 0; t < src.rows(); ++t)
        for (std::int64_t k = 0; k < size; ++k)
          mean[k] += double{src.row(t)[h * size + k]} / static_cast<double>(src.rows());
      Values rows;
      for (std::int64_t t = 0; t < src.rows(); ++t)
        for (std::int64_t k = 0; k < size; ++k)
          rows.push_back(double{src.row(t)[h * size + k]} - mean[k]);
      for (const double left : rows) square += left * left / static_cast<double>(src.rows());
      return rows;
    };
    Values query_mean, key_mean;
    const Values queries = centred(query, query_mean, square_of_query),
                 keys = centred(key, key_mean, square_of_key);
    const bool both = square_of_query > 0 && square_of_key > 0;
    const double balance = both ? std::pow(square_of_key / square_of_query, 0.25) : 1;
    for (std::int64_t i = 0; i < query.rows(); ++i) {
      double total = 0;
      for (std::int64_t j = 0; j < key.rows(); ++j) {
        double given_back = 0, square = 0, weight = 0;
        for (std::int64_t k = 0; k < size; ++k) {
          given_back += query_mean[k] * keys[j * size + k] * scale;
          square += std::pow(keys[j * size + k] / balance, 2) * scale;
        }
        for (std::int64_t f = 0; f < directions.rows(); ++f) {
          double projected = 0;
          for (std::int64_t k = 0; k < size; ++k)
            projected += double{directions.row(f)[k]} * std::sqrt(scale) *
                         (queries[i * size + k] * balance + keys[j * size + k] / balance);
          weight += std::exp(projected + given_back - square / 2);
        }
        total += weight;
        for (std::int64_t k = 0; k < size; ++k)
          context[i * hidden + h * size + k] += weight * double{value.row(j)[h * size + k]};
      }
      for (std::int64_t k = 0; k < size; ++k) context[i * hidden + h * size + k] /= total;
    }
  }
  return context;
}

}  // namespace reference
