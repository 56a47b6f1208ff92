// Scratch memory that outlives a call: handed out to one thread at a time, then kept for the next.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace standfast {

template <class T>
class Pool {
 public:
  /// One T for as long as the lease lives.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> item) : pool_(&pool), item_(std::move(item)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_->give_back(std::move(item_)); }

    T& operator*() const { return *item_; }
    T* operator->() const { return item_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<T> item_;
  };

  Lease borrow_item() {
    {
      const std::scoped_lock lock(mutex_);
      if (!items_.empty()) {
        std::unique_ptr<T> item = std::move(items_.back());
        items_.pop_back();
        return {*this, std::move(item)};
      }
    }
    return {*this, std::make_unique<T>()};
  }

 private:
  void give_back(std::unique_ptr<T> item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> items_;
};

}  // namespace standfast
