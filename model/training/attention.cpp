// Attention of many small canvases to shared context and to themselves, forward and backward, on a processor.
//
// The scores of a canvas fit a core's cache; none of them is ever written to memory. Products are of bfloat16 with sums
// in float32, by AMX where there is one. `attention.py` says what is computed; letters as in `network.py`.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#ifdef __AMX_BF16__
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace {

using std::int64_t;
using std::uint16_t;
using std::uint32_t;
using std::uint8_t;
using Half = uint16_t;  // the bits of a bfloat16

constexpr int64_t TILE = 32;                                                 // sizes are padded to it
constexpr float UNSEEN = -1e30f;                                             // score of a key that is not seen
constexpr int BEFORE = 0, AFTER = 1;                                         // relations of context, as in network.py
constexpr int BIAS = 0, SLOPE = 3, SCALE = 6, NULL_KEY = 7, PARAMETERS = 8;  // rows of a global layer's parameters

struct Canvas {
  int64_t first, slots;     // its rows among all slots
  int64_t is_ordered;       // a slot sees of its canvas only itself and what is to its left
  int64_t context, tokens;  // its rows among all context tokens
  int64_t hole;             // the token of its context that stands for the hole, not seen
};

constexpr int64_t LONGEST = 1 << 14;  // tokens of a context; attention.py looks after it

// The logarithms of distances: what a global layer's slopes are multiplied by.
const float* log_distances() {
  static const std::vector<float> table = [] {
    std::vector<float> found(LONGEST);
    for (int64_t n = 0; n < LONGEST; n++) found[n] = std::log1p(float(n));
    return found;
  }();
  return table.data();
}

int64_t padded(int64_t n) { return (n + TILE - 1) / TILE * TILE; }

Half half_of(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  return Half((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
float low(uint32_t pair) { return std::bit_cast<float>(pair << 16); }
float high(uint32_t pair) { return std::bit_cast<float>(pair & 0xffff0000u); }

inline float exponential(float x) {
  x = x < -87.f ? -87.f : x;
  const float n = std::nearbyint(x * 1.44269504f);
  const float r = (x - n * 0.693145752f) - n * 1.42860677e-6f;
  const float p = 1 + r * (1 + r * (1.f / 2 + r * (1.f / 6 + r * (1.f / 24 + r * (1.f / 120 + r * (1.f / 720))))));
  return p * std::bit_cast<float>(uint32_t(int(n) + 127) << 23);
}

// A buffer that a thread keeps; it grows, and is never cleared.
template <class T>
class Buffer {
 public:
  T* of(int64_t size) {
    if (int64_t(kept_.size()) < size) kept_.resize(size);
    return kept_.data();
  }
  T* get() { return kept_.data(); }

 private:
  std::vector<T> kept_;
};

// ---------------------------------------------------------------------- products

// Pairs: a matrix (k, n) of bfloat16 as (k / 2, n), two rows in each word. That is what AMX multiplies by.

// Rows (n, width) a `stride` apart, transposed, as pairs (width / 2, m); columns from n on are zero.
void pairs_of_columns(const Half* rows, int64_t stride, int64_t n, int64_t width, uint32_t* out, int64_t m) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t e = 0; e < width / 2; e++) std::memcpy(out + e * m + i, rows + i * stride + 2 * e, 4);
  for (int64_t e = 0; e < width / 2; e++) std::memset(out + e * m + n, 0, (m - n) * 4);
}

// Rows (n, width) a `stride` apart as pairs (m / 2, width); rows from n on are zero.
void pairs_of_rows(const Half* rows, int64_t stride, int64_t n, int64_t width, uint32_t* out, int64_t m) {
  for (int64_t i = 0; i < m; i += 2, out += width) {
    const Half *one = rows + i * stride, *other = one + stride;
    if (i + 1 < n)
      for (int64_t e = 0; e < width; e++) out[e] = one[e] | uint32_t(other[e]) << 16;
    else
      for (int64_t e = 0; e < width; e++) out[e] = i < n ? one[e] : 0;
  }
}

// c (m, n) = a (m, k) b, or c + a b; b in pairs.
void multiply_plainly(const Half* a, int64_t lda, const uint32_t* b, int64_t ldb, float* c, int64_t ldc, int64_t m,
                      int64_t n, int64_t k, bool is_added) {
  for (int64_t i = 0; i < m; i++) {
    float* row = c + i * ldc;
    if (!is_added) std::memset(row, 0, n * 4);
    for (int64_t q = 0; q < k; q += 2) {
      const float one = low(a[i * lda + q]), other = low(a[i * lda + q + 1]);
      const uint32_t* pairs = b + q / 2 * ldb;
      for (int64_t j = 0; j < n; j++) row[j] += one * low(pairs[j]) + other * high(pairs[j]);
    }
  }
}

#ifdef __AMX_BF16__

struct alignas(64) Tiles {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Whether the operating system lends this process AMX.
bool has_tiles() {
  static const bool lent = syscall(SYS_arch_prctl, 0x1023 /* ARCH_REQ_XCOMP_PERM */, 18 /* tile data */) == 0;
  return lent;
}

// A thread's tiles, for as long as this lives.
class Units {
 public:
  Units() {
    static const Tiles tiles;
    asm volatile("" ::"r"(&tiles) : "memory");
    if (has_tiles()) _tile_loadconfig(&tiles);
  }
  ~Units() {
    if (has_tiles()) _tile_release();
  }
};

// The same as `multiply_plainly`; m and n are multiples of 16, k of 32.
__attribute__((noinline)) void multiply(const Half* a, int64_t lda, const uint32_t* b, int64_t ldb, float* c,
                                        int64_t ldc, int64_t m, int64_t n, int64_t k, bool is_added) {
  if (!has_tiles()) return multiply_plainly(a, lda, b, ldb, c, ldc, m, n, k, is_added);
  asm volatile("" ::: "memory");
  for (int64_t i = 0; i < m; i += 32)
    for (int64_t j = 0; j < n; j += 32) {
      const bool two_down = i + 16 < m, two_across = j + 16 < n;
      float *upper = c + i * ldc + j, *lower = upper + 16 * ldc;
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
      if (is_added) {
        _tile_loadd(0, upper, ldc * 4);
        if (two_across) _tile_loadd(1, upper + 16, ldc * 4);
        if (two_down) _tile_loadd(2, lower, ldc * 4);
        if (two_down && two_across) _tile_loadd(3, lower + 16, ldc * 4);
      }
      for (int64_t q = 0; q < k; q += 32) {
        const Half* rows = a + i * lda + q;
        const uint32_t* columns = b + q / 2 * ldb + j;
        _tile_loadd(4, rows, lda * 2);
        _tile_loadd(6, columns, ldb * 4);
        _tile_dpbf16ps(0, 4, 6);
        if (two_across) {
          _tile_loadd(7, columns + 16, ldb * 4);
          _tile_dpbf16ps(1, 4, 7);
        }
        if (two_down) {
          _tile_loadd(5, rows + 16 * lda, lda * 2);
          _tile_dpbf16ps(2, 5, 6);
          if (two_across) _tile_dpbf16ps(3, 5, 7);
        }
      }
      _tile_stored(0, upper, ldc * 4);
      if (two_across) _tile_stored(1, upper + 16, ldc * 4);
      if (two_down) _tile_stored(2, lower, ldc * 4);
      if (two_down && two_across) _tile_stored(3, lower + 16, ldc * 4);
    }
  asm volatile("" ::: "memory");
}

#else

struct Units {};
constexpr auto multiply = multiply_plainly;

#endif

// ---------------------------------------------------------------------- scores

// What a layer is, beside its queries, keys and values.
struct Layer {
  int64_t heads, key_heads, width, window;
  const float* parameters;  // (PARAMETERS, heads) of a global layer, else null
  int64_t own;              // the relation to its own canvas

  int64_t grouped() const { return heads / key_heads; }
  float of(int row, int64_t head) const { return parameters[row * heads + head]; }
  float bias(int64_t relation, int64_t head, int64_t distance) const {
    return of(BIAS + relation, head) + of(SLOPE + relation, head) * log_distances()[distance];
  }
};

// The columns of a canvas' scores: the context it sees, then itself; each part padded.
struct Columns {
  int64_t start;  // the first token of context, an even one
  int64_t seen;   // tokens from there on, padding left out
  int64_t context, own, all;

  Columns(const Canvas& canvas, const Layer& layer) {
    start = layer.window ? std::max<int64_t>(0, canvas.hole - layer.window) & ~1 : 0;
    const int64_t end = layer.window ? std::min(canvas.tokens, canvas.hole + layer.window + 1) : canvas.tokens;
    seen = canvas.tokens ? end - start : 0;
    context = padded(seen);
    own = padded(canvas.slots);
    all = context + own;
  }
};

// Keys and values of one key head, as pairs.
struct Packed {
  Buffer<uint32_t> keys, value_rows;  // (width / 2, size) and (size / 2, width): for scores, and for what they mix
  Buffer<uint32_t> values, key_rows;  // the same for their gradients
  int64_t size = 0;

  void pack(const Half* k, const Half* v, int64_t stride, int64_t n, int64_t width, int64_t size_, bool has_gradients) {
    size = size_;
    pairs_of_columns(k, stride, n, width, keys.of(width / 2 * size), size);
    pairs_of_rows(v, stride, n, width, value_rows.of(size / 2 * width), size);
    if (!has_gradients) return;
    pairs_of_columns(v, stride, n, width, values.of(width / 2 * size), size);
    pairs_of_rows(k, stride, n, width, key_rows.of(size / 2 * width), size);
  }
};

template <class T>
struct Arrays {
  T *left, *right;   // queries (S, A, E), as rotated for what is left and right of the hole; there may be no right
  T *keys, *values;  // of context (T, K, E)
  T *own_keys, *own_values;  // of slots (S, K, E)
};
using Inputs = Arrays<const Half>;

struct Gradients : Arrays<Half> {
  float* parameters;
};

// What a thread works with; rows of scores are (grouped heads * slots), one head after the other.
struct Work {
  Packed context, own;
  Buffer<Half> left, right, gradients, weights, to_left, to_right, transposed;
  Buffer<float> scores, scores_right, of_context, rows, weight_gradients, key_gradients, value_gradients, own_sums;
  Buffer<uint32_t> pairs;
};

// Rows (slots, heads, width) of the heads from `head` on -> (heads * slots, width), padded with zeros.
Half* gathered(const Half* x, const Canvas& canvas, const Layer& layer, int64_t head, Buffer<Half>& buffer) {
  const int64_t rows = layer.grouped() * canvas.slots, E = layer.width;
  Half* out = buffer.of(padded(rows) * E);
  for (int64_t h = 0, row = 0; h < layer.grouped(); h++)
    for (int64_t i = 0; i < canvas.slots; i++, row++)
      std::memcpy(out + row * E, x + ((canvas.first + i) * layer.heads + head + h) * E, E * 2);
  std::memset(out + rows * E, 0, (padded(rows) - rows) * E * 2);
  return out;
}

// The inverse: float rows -> bfloat16 (slots, heads, width).
void scattered(const float* x, const Canvas& canvas, const Layer& layer, int64_t head, Half* out) {
  const int64_t E = layer.width;
  for (int64_t h = 0; h < layer.grouped(); h++)
    for (int64_t i = 0; i < canvas.slots; i++, x += E) {
      Half* row = out + ((canvas.first + i) * layer.heads + head + h) * E;
      for (int64_t e = 0; e < E; e++) row[e] = half_of(x[e]);
    }
}

// What is added to the scores of context, for one head.
void context_biases(const Canvas& canvas, const Columns& columns, const Layer& layer, int64_t head, float* out) {
  for (int64_t x = 0; x < columns.context; x++) {
    const int64_t offset = columns.start + x - canvas.hole, distance = std::abs(offset);
    const bool is_seen = x < columns.seen && offset && (!layer.window || distance <= layer.window);
    out[x] = !is_seen ? UNSEEN : layer.parameters ? layer.bias(offset < 0 ? BEFORE : AFTER, head, distance) : 0.f;
  }
}

// What scores of a slot are multiplied by: a global layer's grow with the logarithm of how many keys are seen.
float factor(const Canvas& canvas, const Layer& layer, int64_t head, int64_t slot) {
  if (!layer.parameters) return 1.f / std::sqrt(float(layer.width));
  const int64_t context = canvas.tokens ? canvas.tokens - 1 : 0;
  return layer.of(SCALE, head) * std::log(float(context + (canvas.is_ordered ? slot + 1 : canvas.slots) + 2));
}

int64_t visible(const Canvas& canvas, int64_t slot) { return canvas.is_ordered ? slot + 1 : canvas.slots; }

// Raw scores (rows, columns) of a canvas, those of context to the right apart.
void score(Work& work, const Canvas& canvas, const Columns& columns, const Layer& layer, const Half* left,
           const Half* right) {
  const int64_t m = padded(layer.grouped() * canvas.slots), E = layer.width;
  float* scores = work.scores.of(m * columns.all);
  if (columns.context) {
    const uint32_t* keys = work.context.keys.get() + columns.start;
    multiply(left, E, keys, work.context.size, scores, columns.all, m, columns.context, E, false);
    if (right)
      multiply(right, E, keys, work.context.size, work.scores_right.of(m * columns.context), columns.context, m,
               columns.context, E, false);
  }
  multiply(left, E, work.own.keys.get(), work.own.size, scores + columns.context, columns.all, m, columns.own, E,
           false);
}

// Scale and bias one row of scores, in place.
void bias(float* row, const float* right, const float* context, const Canvas& canvas, const Columns& columns,
          const Layer& layer, int64_t head, int64_t slot) {
  const float scale = factor(canvas, layer, head, slot);
  const int64_t split = canvas.hole - columns.start, seen = visible(canvas, slot);
  if (right && columns.context) std::memcpy(row + split, right + split, (columns.context - split) * 4);
  for (int64_t x = 0; x < columns.context; x++) row[x] = row[x] * scale + context[x];
  float* own = row + columns.context;
  for (int64_t j = 0; j < seen; j++) own[j] *= scale;
  if (layer.parameters)
    for (int64_t j = 0; j < seen; j++) own[j] += layer.bias(layer.own, head, std::abs(slot - j));
  for (int64_t j = seen; j < columns.own; j++) own[j] = UNSEEN;
}

// ---------------------------------------------------------------------- tasks

struct Task {
  int64_t first, last;  // canvases that share a context
  int64_t key_head;
};

std::vector<Task> tasks_of(const Canvas* canvases, int64_t count, int64_t key_heads) {
  std::vector<Task> tasks;
  for (int64_t first = 0, last; first < count; first = last) {
    last = first + 1;
    while (canvases[first].tokens && last < count && canvases[last].context == canvases[first].context) last++;
    for (int64_t k = 0; k < key_heads; k++) tasks.push_back({first, last, k});
  }
  return tasks;
}

// Pack the context of a task; columns behind its end are read, and must be zeros.
void pack_context(Work& work, const Inputs& in, const Canvas& canvas, const Layer& layer, int64_t key_head,
                  bool has_gradients) {
  if (!canvas.tokens) return;
  const int64_t at = (canvas.context * layer.key_heads + key_head) * layer.width;
  const int64_t stride = layer.key_heads * layer.width;
  work.context.pack(in.keys + at, in.values + at, stride, canvas.tokens, layer.width, padded(canvas.tokens) + 2 * TILE,
                    has_gradients);
}

void pack_own(Work& work, const Inputs& in, const Canvas& canvas, const Layer& layer, int64_t key_head,
              bool has_gradients) {
  const int64_t at = (canvas.first * layer.key_heads + key_head) * layer.width;
  const int64_t stride = layer.key_heads * layer.width;
  work.own.pack(in.own_keys + at, in.own_values + at, stride, canvas.slots, layer.width, padded(canvas.slots),
                has_gradients);
}

// Call `work` with each of `count` numbers, on so many threads.
template <class Function>
void share(int64_t count, int64_t threads, const Function& work) {
  std::atomic<int64_t> next = 0;
  const auto run = [&] {
    const Units units;
    for (int64_t n; (n = next++) < count;) work(n);
  };
  std::vector<std::thread> others;
  for (int64_t n = 1; n < std::min(threads, count); n++) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
}

thread_local Work work_;

}  // namespace

// Write attended values (S, A, E) and the logarithms of the sums of all weights (S, A).
extern "C" void forward(Half* attended, float* sums, const Inputs& in, const Canvas* all, int64_t count,
                        const Layer& layer, int64_t threads) {
  const int64_t E = layer.width, A = layer.heads;
  const std::vector<Task> tasks = tasks_of(all, count, layer.key_heads);
  share(tasks.size(), threads, [&](int64_t t) {
    Work& work = work_;
    const Task& task = tasks[t];
    const int64_t first_head = task.key_head * layer.grouped();
    pack_context(work, in, all[task.first], layer, task.key_head, false);
    for (int64_t c = task.first; c < task.last; c++) {
      const Canvas& canvas = all[c];
      const Columns columns(canvas, layer);
      const int64_t rows = layer.grouped() * canvas.slots, m = padded(rows);
      const Half* queries = gathered(in.left, canvas, layer, first_head, work.left);
      const Half* to_right = in.right ? gathered(in.right, canvas, layer, first_head, work.right) : nullptr;
      pack_own(work, in, canvas, layer, task.key_head, false);
      score(work, canvas, columns, layer, queries, to_right);

      // Weights
      float* biases = work.of_context.of(columns.context);
      Half* weights = work.weights.of(m * columns.all);
      for (int64_t row = 0; row < rows; row++) {
        const int64_t head = first_head + row / canvas.slots, slot = row % canvas.slots;
        if (!slot) context_biases(canvas, columns, layer, head, biases);
        float* x = work.scores.get() + row * columns.all;
        bias(x, to_right ? work.scores_right.get() + row * columns.context : nullptr, biases, canvas, columns, layer,
             head, slot);
        const float null_key = layer.parameters ? layer.of(NULL_KEY, head) : UNSEEN;
        float top = null_key, sum = 0;
        for (int64_t k = 0; k < columns.all; k++) top = std::max(top, x[k]);
        for (int64_t k = 0; k < columns.all; k++) {
          x[k] = x[k] > UNSEEN / 2 ? exponential(x[k] - top) : 0.f;
          sum += x[k];
        }
        if (layer.parameters) sum += exponential(null_key - top);
        sums[(canvas.first + slot) * A + head] = top + std::log(sum);
        for (int64_t k = 0; k < columns.all; k++) weights[row * columns.all + k] = half_of(x[k] / sum);
      }
      std::memset(weights + rows * columns.all, 0, (m - rows) * columns.all * 2);

      // Values
      float* mixed = work.rows.of(m * E);
      multiply(weights + columns.context, columns.all, work.own.value_rows.get(), E, mixed, E, m, E, columns.own,
               false);
      if (columns.context)
        multiply(weights, columns.all, work.context.value_rows.get() + columns.start / 2 * E, E, mixed, E, m, E,
                 columns.context, true);
      scattered(mixed, canvas, layer, first_head, attended);
    }
  });
}

namespace {

// (width, columns) of sums -> bfloat16 rows (n, width), a `stride` apart.
void rows_of_sums(const float* sums, int64_t columns, int64_t n, int64_t width, Half* out, int64_t stride) {
  for (int64_t i = 0; i < n; i++)
    for (int64_t e = 0; e < width; e++) out[i * stride + e] = half_of(sums[e * columns + i]);
}

Half* transpose(const Half* rows, int64_t m, int64_t width, Buffer<Half>& buffer) {
  Half* out = buffer.of(m * width);
  for (int64_t i = 0; i < m; i++)
    for (int64_t e = 0; e < width; e++) out[e * m + i] = rows[i * width + e];
  return out;
}

// Gradients of a global layer's parameters from one row: its biased scores and their gradients.
void add_parameters(const float* scores, const float* gradients, const Canvas& canvas, const Columns& columns,
                    const Layer& layer, int64_t head, int64_t slot, float* sums) {
  // Keys of one relation, the first `distance` away, each next one a step further
  const auto add = [&](int64_t relation, int64_t from, int64_t to, int64_t distance, int64_t step) {
    const float bias = layer.of(BIAS + relation, head), slope = layer.of(SLOPE + relation, head);
    const float* logs = log_distances() + distance;
    float of_bias = 0, of_slope = 0, of_scale = 0;
    for (int64_t x = from; x < to; x++, logs += step) {
      of_bias += gradients[x];
      of_slope += gradients[x] * *logs;
      of_scale += gradients[x] * (scores[x] - bias - slope * *logs);
    }
    sums[BIAS + relation] += of_bias;
    sums[SLOPE + relation] += of_slope;
    sums[SCALE] += of_scale / layer.of(SCALE, head);
  };
  const int64_t split = canvas.hole - columns.start, own = columns.context;
  if (columns.seen) {
    add(BEFORE, 0, split, split, -1);
    add(AFTER, split + 1, columns.seen, 1, 1);
  }
  add(layer.own, own, own + slot, slot, -1);
  add(layer.own, own + slot, own + visible(canvas, slot), 0, 1);
}

}  // namespace

// Add to gradients, all zero, those of what `forward` was given; the parameters' are for each task, (tasks, A,
// PARAMETERS).
extern "C" void backward(const Gradients& out, const Half* of_out, const Half* attended, const float* sums,
                         const Inputs& in, const Canvas* all, int64_t count, const Layer& layer, int64_t threads) {
  const int64_t E = layer.width, A = layer.heads, stride = layer.key_heads * E;
  const std::vector<Task> tasks = tasks_of(all, count, layer.key_heads);
  share(tasks.size(), threads, [&](int64_t t) {
    Work& work = work_;
    const Task& task = tasks[t];
    const int64_t first_head = task.key_head * layer.grouped(), wide = padded(all[task.first].tokens) + 2 * TILE;
    pack_context(work, in, all[task.first], layer, task.key_head, true);
    float* d_context_keys = work.key_gradients.of(E * wide);  // (E, wide), summed over the canvases
    float* d_context_values = work.value_gradients.of(E * wide);
    std::memset(d_context_keys, 0, E * wide * 4);
    std::memset(d_context_values, 0, E * wide * 4);
    for (int64_t c = task.first; c < task.last; c++) {
      const Canvas& canvas = all[c];
      const Columns columns(canvas, layer);
      const int64_t rows = layer.grouped() * canvas.slots, m = padded(rows), split = canvas.hole - columns.start;
      const bool is_split = in.right && columns.context;
      const Half* queries = gathered(in.left, canvas, layer, first_head, work.left);
      const Half* to_right = in.right ? gathered(in.right, canvas, layer, first_head, work.right) : nullptr;
      const Half* gradients = gathered(of_out, canvas, layer, first_head, work.gradients);
      pack_own(work, in, canvas, layer, task.key_head, true);
      score(work, canvas, columns, layer, queries, to_right);
      float* d_scores = work.weight_gradients.of(m * columns.all);
      if (columns.context)
        multiply(gradients, E, work.context.values.get() + columns.start, work.context.size, d_scores, columns.all, m,
                 columns.context, E, false);
      multiply(gradients, E, work.own.values.get(), work.own.size, d_scores + columns.context, columns.all, m,
               columns.own, E, false);

      // Weights once more, and the gradients of scores; those of context to the right apart
      float* biases = work.of_context.of(columns.context);
      Half* weights = work.weights.of(m * columns.all);
      Half* d_left_scores = work.to_left.of(m * columns.all);
      Half* d_right_scores = is_split ? work.to_right.of(m * columns.context) : nullptr;
      for (int64_t row = 0; row < rows; row++) {
        const int64_t head = first_head + row / canvas.slots, slot = row % canvas.slots;
        if (!slot) context_biases(canvas, columns, layer, head, biases);
        const int64_t at = (canvas.first + slot) * A + head;
        float *x = work.scores.get() + row * columns.all, *d = d_scores + row * columns.all;
        bias(x, to_right ? work.scores_right.get() + row * columns.context : nullptr, biases, canvas, columns, layer,
             head, slot);
        float mean = 0;  // of the gradients of weights, by weight
        for (int64_t e = 0; e < E; e++) mean += low(attended[at * E + e]) * low(of_out[at * E + e]);
        const float scale = factor(canvas, layer, head, slot), log = sums[at];
        for (int64_t k = 0; k < columns.all; k++) {
          const float weight = x[k] > UNSEEN / 2 ? exponential(x[k] - log) : 0.f;
          d[k] = weight * (d[k] - mean);
          weights[row * columns.all + k] = half_of(weight);
          d_left_scores[row * columns.all + k] = half_of(d[k] * scale);
        }
        if (layer.parameters) {
          float* total = out.parameters + (t * A + head) * PARAMETERS;
          add_parameters(x, d, canvas, columns, layer, head, slot, total);
          total[NULL_KEY] -= exponential(layer.of(NULL_KEY, head) - log) * mean;
        }
        if (is_split) {
          Half *to_left = d_left_scores + row * columns.all, *apart = d_right_scores + row * columns.context;
          std::memset(apart, 0, split * 2);
          std::memcpy(apart + split, to_left + split, (columns.context - split) * 2);
          std::memset(to_left + split, 0, (columns.context - split) * 2);
        }
      }
      std::memset(weights + rows * columns.all, 0, (m - rows) * columns.all * 2);
      std::memset(d_left_scores + rows * columns.all, 0, (m - rows) * columns.all * 2);
      if (is_split) std::memset(d_right_scores + rows * columns.context, 0, (m - rows) * columns.context * 2);

      // Queries
      const uint32_t* key_rows = work.context.key_rows.get() + columns.start / 2 * E;
      float* d_rows = work.rows.of(m * E);
      multiply(d_left_scores + columns.context, columns.all, work.own.key_rows.get(), E, d_rows, E, m, E, columns.own,
               false);
      if (columns.context) multiply(d_left_scores, columns.all, key_rows, E, d_rows, E, m, E, columns.context, true);
      scattered(d_rows, canvas, layer, first_head, out.left);
      if (is_split) {
        multiply(d_right_scores, columns.context, key_rows, E, d_rows, E, m, E, columns.context, false);
        scattered(d_rows, canvas, layer, first_head, out.right);
      }

      // Keys and values, transposed: (E, m) times (m, columns)
      uint32_t* pairs = work.pairs.of(m / 2 * columns.all);
      float* own_sums = work.own_sums.of(E * columns.own);
      const int64_t own_at = (canvas.first * layer.key_heads + task.key_head) * E;
      const Half* turned = transpose(queries, m, E, work.transposed);
      pairs_of_rows(d_left_scores, columns.all, m, columns.all, pairs, m);
      multiply(turned, m, pairs + columns.context, columns.all, own_sums, columns.own, E, columns.own, m, false);
      rows_of_sums(own_sums, columns.own, canvas.slots, E, out.own_keys + own_at, stride);
      if (columns.context)
        multiply(turned, m, pairs, columns.all, d_context_keys + columns.start, wide, E, columns.context, m, true);
      if (is_split) {
        turned = transpose(to_right, m, E, work.transposed);
        pairs_of_rows(d_right_scores, columns.context, m, columns.context, pairs, m);
        multiply(turned, m, pairs, columns.context, d_context_keys + columns.start, wide, E, columns.context, m, true);
      }
      turned = transpose(gradients, m, E, work.transposed);
      pairs_of_rows(weights, columns.all, m, columns.all, pairs, m);
      multiply(turned, m, pairs + columns.context, columns.all, own_sums, columns.own, E, columns.own, m, false);
      rows_of_sums(own_sums, columns.own, canvas.slots, E, out.own_values + own_at, stride);
      if (columns.context)
        multiply(turned, m, pairs, columns.all, d_context_values + columns.start, wide, E, columns.context, m, true);
    }
    const Canvas& canvas = all[task.first];
    if (canvas.tokens) {
      const int64_t at = (canvas.context * layer.key_heads + task.key_head) * E;
      rows_of_sums(d_context_keys, wide, canvas.tokens, E, out.keys + at, stride);
      rows_of_sums(d_context_values, wide, canvas.tokens, E, out.values + at, stride);
    }
  });
}
