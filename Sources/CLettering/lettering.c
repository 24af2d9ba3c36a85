#include "CLettering.h"
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>

struct CLettering_text {
  PangoLayout *layout;
};

static void be_silent(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
  (void)domain, (void)level, (void)message, (void)data;
}

int32_t CLettering_font_count(void) {
  // GLib's warnings would go to stderr; what matters is asked for and returned.
  g_log_set_default_handler(be_silent, NULL);
  // Pango lists families even where there is no font, and ends the process when one is then drawn.
  FcFontSet *fonts = FcConfigGetFonts(NULL, FcSetSystem);
  return fonts ? fonts->nfont : 0;
}

const char *CLettering_version(void) { return pango_version_string(); }

// The same outlines whatever the desktop's settings for screens are.
static PangoContext *make_context(const char *language) {
  PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  cairo_font_options_destroy(options);
  pango_context_set_language(context, pango_language_from_string(language));
  pango_context_set_round_glyph_positions(context, FALSE);
  return context;
}

static void set_font(PangoLayout *layout, double em) {
  PangoFontDescription *font = pango_font_description_new();
  pango_font_description_set_family_static(font, "Sans");
  pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  pango_font_description_set_absolute_size(font, em * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
}

static CLettering_ink ink_of(PangoLayout *layout) {
  PangoRectangle ink;
  pango_layout_get_extents(layout, &ink, NULL);
  double unit = PANGO_SCALE;
  return (CLettering_ink){ink.x / unit, ink.y / unit, ink.width / unit, ink.height / unit};
}

// Pixels of capital height for each pixel of font size; 0 where no font has capitals.
static double capital_ratio(PangoContext *context) {
  PangoLayout *layout = pango_layout_new(context);
  set_font(layout, 256);
  pango_layout_set_text(layout, "H", 1);
  double height = ink_of(layout).height;
  int unknown = pango_layout_get_unknown_glyphs_count(layout);
  g_object_unref(layout);
  return unknown ? 0 : height / 256;
}

CLettering_text *CLettering_lay_out(const char *text, int32_t byte_count, const char *language,
                                    double capital_height, double line_width,
                                    int32_t is_centred) {
  CLettering_text *result = calloc(1, sizeof *result);
  if (!result) return NULL;
  PangoContext *context = make_context(language);
  double ratio = capital_ratio(context);
  if (ratio > 0) {
    result->layout = pango_layout_new(context);
    set_font(result->layout, capital_height / ratio);
    pango_layout_set_width(result->layout, (int)fmin(line_width * PANGO_SCALE, 1 << 30));
    pango_layout_set_wrap(result->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(result->layout,
                               is_centred ? PANGO_ALIGN_CENTER : PANGO_ALIGN_LEFT);
    pango_layout_set_text(result->layout, text, byte_count);
  }
  g_object_unref(context);
  if (result->layout) return result;
  free(result);
  return NULL;
}

void CLettering_free(CLettering_text *text) {
  g_object_unref(text->layout);
  free(text);
}

CLettering_ink CLettering_measure(const CLettering_text *text) { return ink_of(text->layout); }

int32_t CLettering_unknown_count(const CLettering_text *text) {
  return pango_layout_get_unknown_glyphs_count(text->layout);
}

static void add_box(cairo_t *cairo, double width, double height, double radius) {
  cairo_new_path(cairo);
  cairo_arc(cairo, width - radius, radius, radius, -M_PI_2, 0);
  cairo_arc(cairo, width - radius, height - radius, radius, 0, M_PI_2);
  cairo_arc(cairo, radius, height - radius, radius, M_PI_2, M_PI);
  cairo_arc(cairo, radius, radius, radius, M_PI, M_PI + M_PI_2);
  cairo_close_path(cairo);
}

int32_t CLettering_draw(const CLettering_text *text, double stretch, double corner_radius,
                        double box_opacity, uint32_t *pixels, int32_t width, int32_t height) {
  cairo_surface_t *surface = cairo_image_surface_create_for_data(
      (unsigned char *)pixels, CAIRO_FORMAT_ARGB32, width, height, width * 4);
  cairo_t *cairo = cairo_create(surface);
  cairo_set_operator(cairo, CAIRO_OPERATOR_SOURCE);
  cairo_set_source_rgba(cairo, 0, 0, 0, 0);
  cairo_paint(cairo);
  cairo_set_operator(cairo, CAIRO_OPERATOR_OVER);
  cairo_scale(cairo, stretch, 1);
  add_box(cairo, width / stretch, height, corner_radius);
  cairo_set_source_rgba(cairo, 0, 0, 0, box_opacity);
  cairo_fill(cairo);
  CLettering_ink ink = ink_of(text->layout);
  cairo_move_to(cairo, (width / stretch - ink.width) / 2 - ink.x,
                (height - ink.height) / 2 - ink.y);
  cairo_set_source_rgba(cairo, 1, 1, 1, 1);
  pango_cairo_show_layout(cairo, text->layout);
  cairo_status_t status = cairo_status(cairo);
  cairo_destroy(cairo);
  cairo_surface_flush(surface);
  cairo_surface_destroy(surface);
  return status == CAIRO_STATUS_SUCCESS ? 0 : -1;
}
