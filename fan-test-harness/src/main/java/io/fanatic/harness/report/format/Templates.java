package io.fanatic.harness.report.format;

import com.samskivert.mustache.DefaultCollector;
import com.samskivert.mustache.Mustache;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The templates of this package, in the language of mustache(5). A name in one is a method of the view that fills it. */
final class Templates {
    private Templates() {}

    /**
     * A template with its gaps filled. An empty text and an empty {@link Optional} count as absent; fractions, which are coordinates
     * of drawings, have one decimal.
     *
     * @param escaper makes a text safe where the template puts it
     */
    static String fill(String template, Object view, Mustache.Escaper escaper) {
        return Mustache.compiler()
                .withLoader(Templates::open)
                .withCollector(new Optionals())
                .withEscaper(escaper)
                .withFormatter(Templates::format)
                .emptyStringIsFalse(true)
                .loadTemplate(template)
                .execute(view);
    }

    private static Reader open(String name) {
        return new InputStreamReader(
                Objects.requireNonNull(Templates.class.getResourceAsStream(name), name), StandardCharsets.UTF_8);
    }

    private static String format(Object value) {
        return value instanceof Double number ? String.format(Locale.ROOT, "%.1f", number) : value.toString();
    }

    private static final class Optionals extends DefaultCollector {
        @Override
        public Iterator<?> toIterator(Object value) {
            return value instanceof Optional<?> optional ? optional.stream().iterator() : super.toIterator(value);
        }
    }
}
