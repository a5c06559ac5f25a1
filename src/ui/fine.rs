//! A canvas for plotters whose coordinates are finer than its pixels: plotters has only whole ones, and lines between them
//! would be jagged.

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Coordinates to a pixel.
pub const FINER: u32 = 2;

type Done = Result<(), DrawingErrorKind<<CanvasBackend as DrawingBackend>::ErrorType>>;

/// The canvas's own backend under a scale.
pub struct Fine {
    canvas: CanvasBackend,
    size: (u32, u32),
}

impl Fine {
    /// A cleared canvas of its present size.
    pub fn new(canvas: HtmlCanvasElement, context: &CanvasRenderingContext2d) -> Option<Self> {
        let (width, height) = (canvas.width(), canvas.height());
        context.reset_transform().ok()?;
        context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        let unit = 1.0 / f64::from(FINER);
        context.scale(unit, unit).ok()?;
        let size = (width * FINER, height * FINER);
        CanvasBackend::with_canvas_object(canvas).map(|canvas| Self { canvas, size })
    }
}

impl DrawingBackend for Fine {
    type ErrorType = <CanvasBackend as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Done {
        self.canvas.ensure_prepared()
    }

    fn present(&mut self) -> Done {
        self.canvas.present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Done {
        self.canvas.draw_pixel(point, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.canvas.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Done {
        self.canvas.draw_rect(from, to, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        self.canvas.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(&mut self, middle: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        self.canvas.draw_circle(middle, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        self.canvas.fill_polygon(path, style)
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Done {
        self.canvas.draw_text(text, style, at)
    }
}
