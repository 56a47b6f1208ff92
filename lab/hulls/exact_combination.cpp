// The linear system is solved modulo the powers of a prime, digit by digit, and the digits give the fractions.
// Source: Dixon, "Exact solution of linear equations using p-adic expansions", Numerische Mathematik 40, 1982.
#include "lab/hulls/exact_combination.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <gmpxx.h>

#include "lab/fits/exact_score.hpp"

namespace standfast::lab {
namespace {

// a prime whose residues have products that fit 64 bits; each lifting step gives 31 binary places
constexpr std::uint64_t kPrime = (std::uint64_t{1} << 31) - 1;

std::uint64_t to_residue(Int128 value) {
  const auto rest = static_cast<std::int64_t>(value % static_cast<std::int64_t>(kPrime));
  return rest < 0 ? static_cast<std::uint64_t>(rest + static_cast<std::int64_t>(kPrime))
                  : static_cast<std::uint64_t>(rest);
}

std::uint64_t inverse_residue(std::uint64_t value) {  // value^(p - 2)
  std::uint64_t result = 1;
  for (std::uint64_t exponent = kPrime - 2; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) result = result * value % kPrime;
    value = value * value % kPrime;
  }
  return result;
}

/// Rows of the system that are independent modulo the prime, and the inverse of the square matrix that they make.
struct Pivots {
  std::vector<std::size_t> rows;
  std::vector<std::vector<std::uint64_t>> inverse;
};

using IntegerRows = std::vector<IntegerPoint>;

/// row -= scale other
void eliminate(std::vector<std::uint64_t>& row, const std::vector<std::uint64_t>& other, std::uint64_t scale) {
  const std::uint64_t opposite = kPrime - scale;
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = (row[i] + opposite * other[i]) % kPrime;
}

/// Gauss and Jordan: picks rows from the last one on until `size` of them are independent.
std::optional<Pivots> find_pivots(const IntegerRows& matrix, std::size_t size) {
  Pivots pivots;
  std::vector<std::vector<std::uint64_t>> reduced;  // (row of the matrix | row of the identity), reduced
  std::vector<std::size_t> leads;
  for (std::size_t m = matrix.size(); m-- > 0 && pivots.rows.size() < size;) {
    std::vector<std::uint64_t> row(2 * size, 0);
    for (std::size_t i = 0; i < size; ++i) row[i] = to_residue(matrix[m][i]);
    row[size + pivots.rows.size()] = 1;
    for (std::size_t k = 0; k < reduced.size(); ++k)
      if (row[leads[k]] != 0) eliminate(row, reduced[k], row[leads[k]]);
    const auto lead = static_cast<std::size_t>(
        std::find_if(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(size), [](auto r) { return r != 0; }) -
        row.begin());
    if (lead == size) continue;
    const std::uint64_t scale = inverse_residue(row[lead]);
    for (auto& value : row) value = value * scale % kPrime;
    for (auto& other : reduced)
      if (other[lead] != 0) eliminate(other, row, other[lead]);
    reduced.push_back(std::move(row));
    leads.push_back(lead);
    pivots.rows.push_back(m);
  }
  if (pivots.rows.size() < size) return std::nullopt;
  pivots.inverse.resize(size);
  for (std::size_t k = 0; k < size; ++k)
    pivots.inverse[leads[k]].assign(reduced[k].begin() + static_cast<std::ptrdiff_t>(size), reduced[k].end());
  return pivots;
}

/// Binary places that hold twice the square of every numerator and denominator, by Hadamard's bound.
double places_needed(const IntegerRows& matrix, const Pivots& pivots) {
  double places = 0;
  for (const auto row : pivots.rows) {
    double square = 1;
    for (const auto value : matrix[row]) square += static_cast<double>(value) * static_cast<double>(value);
    places += std::log2(square) / 2;
  }
  return 2 * places + 4;
}

/// w modulo the power of the prime that is returned with it, where rows `pivots` of the matrix times w are 0, but 1 in
/// the last row.
std::pair<std::vector<mpz_class>, mpz_class> lift(const IntegerRows& matrix, const Pivots& pivots) {
  const std::size_t size = pivots.rows.size();
  std::vector<mpz_class> w(size);
  mpz_class power = 1;
  std::vector<Int128> left(size, 0);  // stays below size max |matrix| + 1: the prime divides it at every step
  left[0] = 1;                        // the last row is the first pivot
  const double places = places_needed(matrix, pivots);
  for (double done = 0; done < places; done += 30.9) {
    std::vector<std::uint64_t> rest(size);
    std::ranges::transform(left, rest.begin(), [](Int128 value) { return to_residue(value); });
    std::vector<std::int64_t> digits(size);
    for (std::size_t i = 0; i < size; ++i) {
      std::uint64_t digit = 0;
      for (std::size_t k = 0; k < size; ++k) digit = (digit + pivots.inverse[i][k] * rest[k]) % kPrime;
      digits[i] = static_cast<std::int64_t>(digit);
      w[i] += power * static_cast<unsigned long>(digit);
    }
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t i = 0; i < size; ++i) left[k] -= Int128{matrix[pivots.rows[k]][i]} * digits[i];
      left[k] /= static_cast<std::int64_t>(kPrime);
    }
    power *= static_cast<unsigned long>(kPrime);
  }
  return {std::move(w), std::move(power)};
}

/// n and d > 0 with n = d value modulo `modulus`, both at most `bound`: the continued fraction of value / modulus.
std::pair<mpz_class, mpz_class> to_fraction(const mpz_class& value, const mpz_class& modulus, const mpz_class& bound) {
  mpz_class before = modulus;
  mpz_class rest = value;
  mpz_class factor_before = 0;
  mpz_class factor = 1;
  mpz_class quotient;
  while (rest > bound) {
    mpz_tdiv_qr(quotient.get_mpz_t(), before.get_mpz_t(), before.get_mpz_t(), rest.get_mpz_t());
    factor_before -= quotient * factor;
    std::swap(before, rest);
    std::swap(factor_before, factor);
  }
  if (factor < 0) return {-rest, -factor};
  return {rest, factor};
}

/// The weights as integers over one denominator.
std::pair<std::vector<mpz_class>, mpz_class> to_fractions(const std::vector<mpz_class>& w, const mpz_class& modulus) {
  const mpz_class bound = sqrt(mpz_class(modulus / 2));
  std::vector<mpz_class> numerators;
  mpz_class denominator = 1;
  for (const auto& value : w) {
    mpz_class scaled = value * denominator % modulus;
    if (scaled > modulus - bound) scaled -= modulus;
    if (scaled > bound) {
      auto [numerator, factor] = to_fraction(scaled, modulus, bound);
      for (auto& earlier : numerators) earlier *= factor;
      denominator *= factor;
      scaled = std::move(numerator);
    }
    numerators.push_back(std::move(scaled));
  }
  return {std::move(numerators), std::move(denominator)};
}

/// Differences to x, a row for each coordinate that has some, shifted down as far as they are even; a row of ones last.
IntegerRows differences(const std::vector<IntegerPoint>& points, const IntegerPoint& x) {
  IntegerRows rows;
  for (std::size_t f = 0; f < x.size(); ++f) {
    IntegerPoint row;
    std::uint64_t bits = 0;
    for (const auto& point : points) {
      row.push_back(point[f] - x[f]);
      bits |= static_cast<std::uint64_t>(row.back());
    }
    if (bits == 0) continue;
    for (auto& value : row) value /= static_cast<std::int64_t>(bits & -bits);
    rows.push_back(std::move(row));
  }
  rows.emplace_back(points.size(), 1);
  return rows;
}

}  // namespace

bool check_combination(const ExactCombination& combination, const std::vector<IntegerPoint>& points,
                       const IntegerPoint& x) {
  const std::size_t size = combination.support.size();
  if (combination.numerators.size() != size) return false;
  const mpz_class denominator(combination.denominator);
  std::vector<mpz_class> numerators;
  mpz_class total = 0;
  for (const auto& digits : combination.numerators) {
    numerators.emplace_back(digits);
    if (numerators.back() <= 0) return false;
    total += numerators.back();
  }
  if (total != denominator || denominator <= 0) return false;
  for (std::size_t f = 0; f < x.size(); ++f) {
    mpz_class sum = denominator * static_cast<long>(x[f]);
    for (std::size_t k = 0; k < size; ++k) sum -= numerators[k] * static_cast<long>(points[combination.support[k]][f]);
    if (sum != 0) return false;
  }
  return true;
}

std::optional<ExactCombination> exact_combination(const std::vector<IntegerPoint>& points, const IntegerPoint& x) {
  const IntegerRows matrix = differences(points, x);
  const auto pivots = find_pivots(matrix, points.size());
  if (!pivots) return std::nullopt;
  const auto [residues, modulus] = lift(matrix, *pivots);
  const auto [numerators, denominator] = to_fractions(residues, modulus);
  if (denominator <= 0) return std::nullopt;
  ExactCombination combination{{}, {}, {}, denominator.get_str()};
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (numerators[k] == 0) continue;
    combination.support.push_back(k);
    combination.weights.push_back(mpq_class(numerators[k], denominator).get_d());
    combination.numerators.push_back(numerators[k].get_str());
  }
  if (!check_combination(combination, points, x)) return std::nullopt;
  return combination;
}

}  // namespace standfast::lab
