#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift can't call.
static inline CURLcode CCurl_set_long(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode CCurl_set_pointer(CURL *curl, CURLoption option, const void *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode CCurl_set_writer(CURL *curl,
                                        size_t (*writer)(char *, size_t, size_t, void *),
                                        void *context) {
  CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, writer);
  return code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, context);
}
static inline CURLcode CCurl_set_header_reader(CURL *curl,
                                               size_t (*reader)(char *, size_t, size_t, void *),
                                               void *context) {
  CURLcode code = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, reader);
  return code ? code : curl_easy_setopt(curl, CURLOPT_HEADERDATA, context);
}
static inline CURLcode CCurl_set_watcher(CURL *curl,
                                         int (*watcher)(void *, curl_off_t, curl_off_t, curl_off_t,
                                                        curl_off_t),
                                         void *context) {
  CURLcode code = curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (!code) code = curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watcher);
  return code ? code : curl_easy_setopt(curl, CURLOPT_XFERINFODATA, context);
}
static inline CURLcode CCurl_response_code(CURL *curl, long *code) {
  return curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
}
static inline const char *CCurl_version(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}
