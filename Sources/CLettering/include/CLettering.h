#ifndef CLETTERING_H
#define CLETTERING_H
#include <stdint.h>

// Text in the machine's fonts, laid out and drawn by Pango and Cairo. An object belongs to one thread.
typedef struct CLettering_text CLettering_text;

// Where the ink of a laid-out text lies, in pixels from the corner of its layout.
typedef struct {
  double x, y, width, height;
} CLettering_ink;

// Fonts on this machine; with none, no text may be laid out.
int32_t CLettering_font_count(void);
// Pango's version, as "1.50.12".
const char *CLettering_version(void);

// Lays out UTF-8 in bold sans serif, with capitals `capital_height` pixels high, in lines of at most `line_width` pixels.
// Lines are centred where `is_centred` is 1. `language`, as "zh-cn", decides between forms of one character. NULL without memory or where no font has capitals.
CLettering_text *CLettering_lay_out(const char *text, int32_t byte_count, const char *language,
                                    double capital_height, double line_width,
                                    int32_t is_centred);
void CLettering_free(CLettering_text *text);

CLettering_ink CLettering_measure(const CLettering_text *text);
// Characters that no font has.
int32_t CLettering_unknown_count(const CLettering_text *text);

// Draws the text in white in the middle of a dark box with round corners that fills the picture.
// `pixels` holds width x height native-endian words 0xAARRGGBB, premultiplied. `stretch` widens the text.
// 0, or -1 where Cairo fails.
int32_t CLettering_draw(const CLettering_text *text, double stretch, double corner_radius,
                        double box_opacity, uint32_t *pixels, int32_t width, int32_t height);

#endif
