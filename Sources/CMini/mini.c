#include "CMini.h"

size_t CMini_file_count(void) { return 0; }

CMini_file CMini_file_at(size_t index) {
  (void)index;
  return (CMini_file){0};
}
