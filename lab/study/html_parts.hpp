// The parts of the study's page, each a run of elements; foreign text is escaped inside.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lab/study/curve.hpp"

namespace standfast::lab {

/// CSS beside that of an evaluation's page: the looks of several lines, wide tables, paper.
std::string_view study_style();

/// Who wins by how much: a row per data set, a tile per norm. Empty if no data set has models of both kinds.
std::string html_study_overview(const Study& study);

/// Title, charts and tables of one data set. Requires: at least one result, all of this data set.
std::string html_study_data(const StudyData& data, std::span<const RecipeResult* const> results);

/// One chart per norm with a line per model, then one per norm with a line per bound, and their legends.
std::string html_study_charts(const StudyData& data, std::span<const RecipeResult* const> results);

/// One table per norm, one row per model and threshold, then what a model and a certificate cost.
std::string html_study_tables(const StudyData& data, std::span<const RecipeResult* const> results);

/// What a row's threshold is, in a word.
std::string_view protocol_word(std::size_t protocol);

}  // namespace standfast::lab
