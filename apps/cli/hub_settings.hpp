// What the environment says of the hub that models are fetched from.
// Source: the environment variables of huggingface_hub.
#pragma once
#include "cli/model_store.hpp"
#include "store/hub.hpp"

namespace nlp::cli {

// HF_ENDPOINT; HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the file HF_TOKEN_PATH (standard:
// HF_HOME/token), none under HF_HUB_DISABLE_IMPLICIT_TOKEN; HF_HUB_ETAG_TIMEOUT and
// HF_HUB_DOWNLOAD_TIMEOUT in seconds; http_proxy, https_proxy, all_proxy, no_proxy, in small or
// capital letters.  Throws Error{usage} for a time that is none.
store::HubOptions hub_options(const Environment& environment);

// HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE: no network.
bool is_offline(const Environment& environment);

// Whether a variable is `1`, `ON`, `YES` or `TRUE`, in letters of any size.
bool is_set(const Environment& environment, const char* name);

}  // namespace nlp::cli
