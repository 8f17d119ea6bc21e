import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** The pages of scripts/site that are not Javadoc: texts of Markdown, and mandoc's fragments, each in the same frame. */
final class Site {
    private static final List<String> TEXTS = List.of("README", "ARCHITECTURE", "CONTRIBUTING", "TESTING", "CHANGELOG");
    private static final String STYLE = """
            :root { color-scheme: light dark }
            body { max-width: 60rem; margin: 0 auto; padding: 0 1rem 4rem; font: 1rem/1.5 system-ui, sans-serif }
            nav { padding: 1rem 0; border-bottom: 1px solid #8888 }
            nav a { margin-right: 1rem }
            pre { overflow-x: auto; padding: .75rem; background: #8882; line-height: 1.3 }
            code, pre { font-family: ui-monospace, monospace; font-size: .9rem }
            table { border-collapse: collapse; display: block; overflow-x: auto }
            td, th { border: 1px solid #8886; padding: .2rem .6rem; text-align: left; vertical-align: top }
            table.Nm td { border: 0 }
            h1.Sh { font-size: 1.3rem }
            a.permalink { color: inherit; text-decoration: none }
            .head, .foot { display: none }
            """;

    private final Path home;
    private final Path site;

    private Site(Path home, Path site) {
        this.home = home;
        this.site = site;
    }

    public static void main(String[] directories) throws IOException {
        Site site = new Site(Path.of(directories[0]), Path.of(directories[1]));
        Files.writeString(site.site.resolve("site.css"), STYLE);
        String manPages = site.manPages();
        for (String text : TEXTS) {
            site.text(Path.of(text + ".md"), site.site.resolve(file(text)), "", text.equals("README") ? manPages : "");
        }
        site.directory("docs");
        site.directory("examples");
    }

    private void directory(String directory) throws IOException {
        Files.createDirectories(site.resolve(directory));
        try (Stream<Path> files = Files.list(home.resolve(directory))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".md")).toList()) {
                String name = file.getFileName().toString();
                text(Path.of(directory, name), site.resolve(directory).resolve(name.replace(".md", ".html")), "../", "");
            }
        }
    }

    /** Puts the frame around each; gives the list of them. */
    private String manPages() throws IOException {
        StringBuilder list = new StringBuilder("<h2 id=\"man\">Man pages</h2>\n<ul>\n");
        try (Stream<Path> files = Files.list(site.resolve("man"))) {
            for (Path part : files.sorted().toList()) {
                String name = part.getFileName().toString().replace(".part", "");
                int dot = name.lastIndexOf('.');
                String title = name.substring(0, dot) + "(" + name.substring(dot + 1) + ")";
                Files.writeString(part.resolveSibling(name + ".html"), framed(title, "../", Files.readString(part)));
                Files.delete(part);
                list.append("<li><a href=\"man/" + name + ".html\">" + title + "</a></li>\n");
            }
        }
        return list.append("</ul>\n").toString();
    }

    private void text(Path source, Path target, String up, String more) throws IOException {
        List<Extension> extensions = List.of(TablesExtension.create());
        String markdown = Files.readString(home.resolve(source));
        String html = HtmlRenderer.builder()
                .extensions(extensions)
                .build()
                .render(Parser.builder().extensions(extensions).build().parse(markdown));
        for (String other : TEXTS) {
            html = html.replaceAll("href=\"(\\.\\./)?" + other + "\\.md", "href=\"$1" + file(other));
        }
        html = html.replaceAll("href=\"((?:\\.\\./)?(?:(?:examples|docs)/)?[a-z0-9-]+)\\.md", "href=\"$1.html")
                .replaceAll("href=\"((?:\\.\\./)?man/[a-z.0-9-]+)\"", "href=\"$1.html\"");
        String title = source.equals(Path.of("README.md")) ? "fanatic" : "fanatic: " + source.toString().replace(".md", "");
        Files.writeString(target, framed(title, up, html + more));
    }

    private static String file(String text) {
        return text.equals("README") ? "index.html" : text.toLowerCase(java.util.Locale.ROOT) + ".html";
    }

    private static String framed(String title, String up, String content) {
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>" + title + "</title>\n");
        page.append("<link rel=\"stylesheet\" href=\"" + up + "site.css\">\n</head>\n<body>\n<nav>");
        page.append("<a href=\"" + up + "index.html\">fanatic</a> <a href=\"" + up + "api/index.html\">API</a> ");
        page.append("<a href=\"" + up + "index.html#man\">Man pages</a> ");
        for (String text : TEXTS.subList(1, TEXTS.size())) {
            page.append("<a href=\"" + up + file(text) + "\">" + text.charAt(0) + text.substring(1).toLowerCase(java.util.Locale.ROOT) + "</a> ");
        }
        return page.append("</nav>\n<main>\n").append(content).append("</main>\n</body>\n</html>\n").toString();
    }
}
