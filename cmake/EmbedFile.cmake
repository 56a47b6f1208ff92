# Turns a file into a C++ source with its bytes: cmake -DINPUT=... -DOUTPUT=... -DSYMBOL=kName -P EmbedFile.cmake
# A literal, because compilers read it twenty times faster than a list of numbers.
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\"\n\"" bytes "${bytes}")
get_filename_component(name "${INPUT}" NAME)
file(WRITE "${OUTPUT}" "// Made from ${name} by cmake/EmbedFile.cmake.
#include <cstddef>
#pragma GCC diagnostic ignored \"-Woverlength-strings\"
namespace standfast {
extern const unsigned char ${SYMBOL}[];
extern const std::size_t ${SYMBOL}Size;
const unsigned char ${SYMBOL}[] =
\"${bytes}\";
const std::size_t ${SYMBOL}Size = sizeof(${SYMBOL}) - 1;
}  // namespace standfast
")
