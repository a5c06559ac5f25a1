//! The latent codes as a table.

use std::fmt::Write;

use super::pictures::Cloud;
use crate::latent::select::Selection;

/// Comma-separated values, a line a code: index, class, μ and σ in units of z, the class's name, and whether it is
/// selected if there is a selection. Numbers as every program reads them, with a point; names in quotation marks where
/// they need them (RFC 4180).
pub fn codes(cloud: &Cloud, selection: Option<&Selection>, name: impl Fn(u8) -> String) -> String {
    let mut out = String::from("index,class,mu1,mu2,sigma1,sigma2,class_name");
    let names: Vec<String> = (0..=u8::MAX).map(|class| quoted(name(class))).collect();
    out.push_str(if selection.is_some() { ",selected\n" } else { "\n" });
    for (index, (mu, class)) in cloud.codes.iter().zip(&cloud.labels).enumerate() {
        let [s1, s2] = cloud.sigma(index).unwrap_or([f32::NAN; 2]);
        // A String takes everything.
        let _ = write!(out, "{index},{class},{},{},{s1},{s2},{}", mu[0], mu[1], names[usize::from(*class)]);
        if let Some(selection) = selection {
            out.push_str(if selection.has(index) { ",1" } else { ",0" });
        }
        out.push('\n');
    }
    out
}

fn quoted(name: String) -> String {
    if name.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_code_and_its_selection_where_there_is_one() {
        let cloud = Cloud { codes: vec![[0.5, -1.0], [2.0, 0.0]], log_var: vec![[0.0, 0.0]; 2], labels: vec![3, 8] };
        let name = |class: u8| if class == 3 { "Coat".to_owned() } else { r#"Ankle, "boot""#.to_owned() };
        assert_eq!(
            codes(&cloud, None, name),
            "index,class,mu1,mu2,sigma1,sigma2,class_name\n0,3,0.5,-1,1,1,Coat\n1,8,2,0,1,1,\"Ankle, \"\"boot\"\"\"\n"
        );
        assert_eq!(
            codes(&cloud, Some(&Selection::of(2, &[1])), |class| class.to_string()),
            "index,class,mu1,mu2,sigma1,sigma2,class_name,selected\n0,3,0.5,-1,1,1,3,0\n1,8,2,0,1,1,8,1\n"
        );
    }
}
