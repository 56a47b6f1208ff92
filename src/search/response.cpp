// The inner minima of (C22), by the vectorised sweeps of kernels/: `answer_l2` for norm 2, and `answer_corners`, which
// compares the ends, the kink and 0, for norms 1 and inf. Several kinks per feature have a file of their own.
#include "search/response.hpp"

#include "kernels/sweeps.hpp"

namespace standfast::search {

void find_response(const MinorantSet& minorants, std::span<const double> coefficient, std::span<const double> bend,
                   const ResponseRules& rules, Response& out) {
  if (minorants.kinks() > 1) return find_several_kinks_response(minorants, coefficient, bend, rules, out);
  const std::size_t n = minorants.dim();
  const bool has_bends = minorants.has_bends();
  for (auto* values : {&out.change, &out.curve_dd}) values->resize(n);
  for (auto* values : {&out.bend_change, &out.curve_df, &out.curve_ff}) values->resize(has_bends ? n : 0);
  out.moving.resize(n);
  const kernels::PricedFeatures bends{n,
                                      coefficient.data(),
                                      has_bends ? bend.data() : nullptr,
                                      minorants.offset().data(),
                                      minorants.lo().data(),
                                      minorants.hi().data()};
  const kernels::Answers answers{out.change.data(),   has_bends ? out.bend_change.data() : nullptr,
                                 out.moving.data(),   out.curve_dd.data(),
                                 out.curve_df.data(), out.curve_ff.data()};
  const kernels::Sweeps& sweeps = kernels::sweeps();
  const double price = rules.norm == Norm::l1() ? 1.0 : 0.0;
  const kernels::AnswerSums sums =
      rules.norm == Norm::l2() ? sweeps.answer_l2(bends, rules.temperature, answers)
                               : sweeps.answer_corners(bends, rules.price_limit, price, rules.temperature, answers);
  out.value = sums.value;
  out.best = sums.best;
  out.moves = sums.moving;
}

}  // namespace standfast::search
