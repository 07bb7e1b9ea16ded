// The rows of lib/model/families.cpp, each defined in its file of this folder.
#pragma once
#include "model/family.hpp"

namespace nlp::model::families {

const Family& bert();
const Family& roberta();
const Family& xlm_roberta();
const Family& camembert();
const Family& distilbert();
const Family& albert();
const Family& electra();
const Family& mpnet();
const Family& modernbert();
const Family& deberta();
const Family& deberta_v2();
const Family& longformer();
const Family& reformer();
const Family& t5();
const Family& mt5();
const Family& marian();

}  // namespace nlp::model::families
