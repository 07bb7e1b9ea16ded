# The rooms of lib/ and the rooms each may include: the one table of dependencies.
# CMake makes a target of every row; tests/rooms_test.cpp holds every #include against it.
#   room: the rooms it may include (itself is always allowed)
set(NLP_ROOMS
  "base:"
  "text: base"
  "tokenizer: base text"
  "tensor: base"
  "dnn: base tensor"
  "checkpoint: base tensor"
  "mask: base text tokenizer"
  "model: base tensor dnn checkpoint"
  "task: base text tokenizer tensor dnn mask model"
  "train: base text tokenizer tensor dnn checkpoint mask model task"
  "explain: base text tokenizer tensor dnn model task train"
  "plot: base text"
  "store: base"
)

# The only room that may include a dependency's headers.
set(NLP_OWNERS
  "dnn: oneapi/dnnl dnnl hwy"
  "text: utf8proc oniguruma.h"
  "base: nlohmann archive.h archive_entry.h"
  "checkpoint: nlohmann"
  "tokenizer: simdjson nlohmann"
  "plot: cairo fontconfig"
  "store: curl openssl"
)
