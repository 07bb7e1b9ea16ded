// Directories as sentence-transformers writes them, made by a test.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "support/safetensors_file.hpp"
#include "support/temporary_directory.hpp"

struct ModuleDirectory : TemporaryDirectory {
  struct Weights {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
  };

  ModuleDirectory& put(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((path() / name).parent_path());
    write(name, text);
    return *this;
  }

  // FOLDER/model.safetensors.
  ModuleDirectory& put_weights(const std::string& folder, const std::vector<Weights>& tensors) {
    nlp::Json header = nlp::Json::object();
    std::string data;
    for (const Weights& tensor : tensors) {
      const std::size_t first = data.size(), size = tensor.values.size() * sizeof(float);
      data.resize(first + size);
      std::memcpy(data.data() + first, tensor.values.data(), size);
      header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}};
      header[tensor.name]["data_offsets"] = {first, first + size};
    }
    return put(folder + "/model.safetensors", safetensors::file(header.dump(), data));
  }
};
